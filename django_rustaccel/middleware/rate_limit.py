"""The rate limit for Django: the middleware, and the policy of the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from django_rustaccel import signals  # noqa: F401 - importing it has outages told
from django_rustaccel.conf import NAME, Settings, rate_limit_options, user_settings
from django_rustaccel.core.limiting import Decision
from django_rustaccel.core.policies.facts import Answer
from django_rustaccel.core.policies.limit_keys import imported
from django_rustaccel.core.policies.rate_limit import RateLimitPolicy
from django_rustaccel.middleware.base import PolicyMiddleware


class RateLimitMiddleware(PolicyMiddleware):
    """Limits requests as ``RUSTACCEL["RATE_LIMIT"]`` says.

    It stands below ``AuthenticationMiddleware`` where a key asks for the user. Raises
    ``ImproperlyConfigured`` for a wrong setting: no limit would be worse than not to start.
    """

    def __call__(self, request: HttpRequest) -> Any:
        """The response to a request; a coroutine on an event loop."""
        if self.is_async and cast("RateLimitPolicy", self.policy).needs_user:
            return self._with_user(request)
        return super().__call__(request)

    def make_policy(self) -> RateLimitPolicy:
        """The policy that the settings ask for."""
        return policy_of_settings()

    async def _with_user(self, request: HttpRequest) -> Any:
        await load_user(request)
        return await super().__call__(request)


def policy_of_settings(rules: Iterable[Mapping[str, Any]] | None = None) -> RateLimitPolicy:
    """The policy of the settings; with `rules`, these in place of the ones that stand there.

    Raises ``ImproperlyConfigured`` for a wrong setting.
    """
    if problem := Settings.rate_limit.problem(user_settings().get("RATE_LIMIT", {})):
        raise ImproperlyConfigured(f"{NAME}['RATE_LIMIT'] {problem}.")
    options = dict(rate_limit_options())
    if rules is not None:
        shared = RateLimitPolicy.shared_options(options)
        options = {**shared, "rules": rules}
    if view := options.get("view"):
        options["view"] = _answering(imported(view) if isinstance(view, str) else view)
    return RateLimitPolicy(**options)


async def load_user(request: HttpRequest) -> None:
    """Have the user read without blocking the event loop, for whoever asks for it later."""
    if hasattr(request, "auser"):
        request.user = await request.auser()


def _answering(view: Callable[[HttpRequest, Decision], Any]) -> Callable[[Any, Decision], Answer]:
    if iscoroutinefunction(view):
        raise ImproperlyConfigured(f"{NAME}['RATE_LIMIT'] has an async VIEW: it must not wait.")

    def answer(request: HttpRequest, decision: Decision) -> Answer:
        response = view(request, decision)
        if hasattr(response, "render"):
            response = response.render()
        return Answer(response.status_code, list(response.headers.items()), response.content)

    return answer
