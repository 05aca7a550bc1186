"""The policies as Django middleware, each sync and async; their options are in ``RUSTACCEL``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_rustaccel.conf import NAME, Settings, arguments, settings, user_settings
from django_rustaccel.core.policies.compression import CompressionPolicy
from django_rustaccel.core.policies.timing import TimingPolicy
from django_rustaccel.core.policies.webhooks import WebhookPolicy
from django_rustaccel.middleware import meters
from django_rustaccel.middleware.base import PolicyMiddleware
from django_rustaccel.middleware.decorators import webhook_signature
from django_rustaccel.middleware.facts import Request, Response
from django_rustaccel.middleware.rate_limit import RateLimitMiddleware
from django_rustaccel.middleware.stock import StockHeaderMiddleware
from django_rustaccel.webhooks import webhook_policy

__all__ = [
    "CompressionMiddleware",
    "PolicyMiddleware",
    "RateLimitMiddleware",
    "StockHeaderMiddleware",
    "TimingMiddleware",
    "WebhookSignatureMiddleware",
    "webhook_signature",
]


class CompressionMiddleware(PolicyMiddleware):
    """Compresses responses with zstd, brotli, gzip or deflate; in place of ``GZipMiddleware``.

    Options: ``RUSTACCEL["COMPRESSION"]``, those of
    :class:`~django_rustaccel.core.policies.compression.CompressionPolicy` in capitals.
    """

    def make_policy(self) -> CompressionPolicy:
        """The policy that ``RUSTACCEL["COMPRESSION"]`` asks for."""
        return CompressionPolicy(**arguments(settings.compression))

    def process_response(self, request: Any, response: Any) -> Any:
        """The compressed response: the hook that ``decorator_from_middleware`` calls for a view."""
        self.policy.on_response(Request(request), Response(response))
        return response


class TimingMiddleware(PolicyMiddleware):
    """Measures requests, their queries and serializers; the first of ``MIDDLEWARE`` sees all.

    Options: ``RUSTACCEL["TIMING"]``, those of
    :class:`~django_rustaccel.core.policies.timing.TimingPolicy` in capitals.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        meters.install()

    def make_policy(self) -> TimingPolicy:
        """The policy that ``RUSTACCEL["TIMING"]`` asks for."""
        return TimingPolicy(**arguments(settings.timing), start_meter=meters.RequestMeter)


class WebhookSignatureMiddleware(PolicyMiddleware):
    """Lets only signed requests through to the paths in ``RUSTACCEL["WEBHOOKS"]["ROUTES"]``.

    A view still needs ``csrf_exempt``. Raises ``ImproperlyConfigured`` for a wrong setting: to let
    everything through would be worse than not to start.
    """

    def make_policy(self) -> WebhookPolicy:
        """The policy that ``RUSTACCEL["WEBHOOKS"]`` asks for."""
        value = user_settings().get("WEBHOOKS", {})
        if problem := Settings.webhooks.problem(value):
            raise ImproperlyConfigured(f"{NAME}['WEBHOOKS'] {problem}.")
        return webhook_policy(**arguments(value))
