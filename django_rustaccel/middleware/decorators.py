"""Policies for single views, plain and async."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.views.decorators.csrf import csrf_exempt

from django_rustaccel.core.policies.facts import Policy
from django_rustaccel.middleware.base import aserve, serve_sync
from django_rustaccel.webhooks import WebhookVerifier, webhook_policy

View = Callable[..., Any]


def webhook_signature(
    *args: Any, max_body: int = 1 << 20, **options: Any
) -> Callable[[View], View]:
    """Let only signed requests through to a view; it needs no CSRF token.

        @webhook_signature("github", settings.GITHUB_SECRET)
        def hook(request): ...

    Parameters: those of :class:`~django_rustaccel.webhooks.WebhookVerifier`, and the longest body
    in bytes. For a view class: ``method_decorator(…, name="dispatch")``.
    """
    verifier = WebhookVerifier(*args, **options)
    policy = webhook_policy({"/*": verifier}, max_body)
    return lambda view: csrf_exempt(through(policy, view))


def through(policy: Policy, view: View) -> View:
    """A view that is asked only what the policy lets through."""
    if iscoroutinefunction(view):

        @functools.wraps(view)
        async def aguarded(request: Any, *args: Any, **kwargs: Any) -> Any:
            return await aserve(policy, request, lambda request: view(request, *args, **kwargs))

        return aguarded

    @functools.wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        return serve_sync(policy, request, lambda request: view(request, *args, **kwargs))

    return guarded
