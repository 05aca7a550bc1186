"""The policies as Django middleware, each sync and async; their options are in ``RUSTACCEL``."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_rustaccel.conf import NAME, Settings, arguments, settings, user_settings
from django_rustaccel.core.policies.compression import CompressionPolicy
from django_rustaccel.core.policies.webhooks import WebhookPolicy
from django_rustaccel.middleware.base import PolicyMiddleware
from django_rustaccel.middleware.decorators import webhook_signature
from django_rustaccel.middleware.rate_limit import RateLimitMiddleware
from django_rustaccel.webhooks import webhook_policy

__all__ = [
    "CompressionMiddleware",
    "RateLimitMiddleware",
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


class WebhookSignatureMiddleware(PolicyMiddleware):
    """Lets only signed requests through to the paths in ``RUSTACCEL["WEBHOOKS"]["ROUTES"]``.

    A view still needs ``csrf_exempt``. Raises ``ImproperlyConfigured`` for a wrong setting: to let
    everything through would be worse than not to start.
    """

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.policy  # noqa: B018 - made now, so that the server does not start without it

    def make_policy(self) -> WebhookPolicy:
        """The policy that ``RUSTACCEL["WEBHOOKS"]`` asks for."""
        value = user_settings().get("WEBHOOKS", {})
        if problem := Settings.webhooks.problem(value):
            raise ImproperlyConfigured(f"{NAME}['WEBHOOKS'] {problem}.")
        return webhook_policy(**arguments(value))
