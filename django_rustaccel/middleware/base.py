"""One policy as Django middleware, sync and async, without a thread hop between the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured, RequestDataTooBig
from django.http import HttpRequest

from django_rustaccel.conf import arguments, user_settings
from django_rustaccel.core.policies.facts import Policy
from django_rustaccel.middleware.facts import Request, Response, response_of

GetResponse = Callable[[HttpRequest], Any]


class PolicyMiddleware:
    """Asks a policy about each request and response.

    A subclass names the class of the policy and the Django setting, a dict of that class's options
    in capitals, or overrides :meth:`make_policy`. The policy is made again when a test replaces
    the setting.
    """

    #: What makes the policy of its options; those of the settings are the keyword arguments.
    policy_class: ClassVar[Callable[..., Policy]]
    #: The Django setting with the options; ``None``: ``make_policy`` looks into ``RUSTACCEL``.
    setting: ClassVar[str | None] = None

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = True

    def __init__(self, get_response: GetResponse) -> None:
        if get_response is None:
            raise ValueError("get_response must be provided.")
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
        # Made now, so that a server does not start without a policy that cannot be made.
        self._policy, self._made_for = self.make_policy(), self._current()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.get_response!r}>"

    def make_policy(self) -> Policy:
        """The policy that the setting asks for.

        Raises ``ImproperlyConfigured`` for options that the policy does not take: a site without
        the policy would be worse than one that does not start.
        """
        value = self._current() if self.setting else None
        try:
            return self.policy_class(**arguments(value or {}))
        except (AttributeError, TypeError, ValueError) as error:
            message = f"{self.setting or type(self).__name__} does not make a policy ({error})."
            raise ImproperlyConfigured(message) from error

    def _current(self) -> Any:
        """The value of the setting, by which a replaced one is known."""
        if self.setting is None:
            return user_settings() or None
        return getattr(django_settings, self.setting, None) or None

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        current = self._current()
        if self._made_for is not current:
            self._policy, self._made_for = self.make_policy(), current
        return self._policy

    def __call__(self, request: HttpRequest) -> Any:
        """The response to a request; a coroutine on an event loop."""
        serve = aserve if self.is_async else serve_sync
        return serve(self.policy, request, self.get_response)


def serve_sync(policy: Policy, request: HttpRequest, get_response: GetResponse) -> Any:
    """The response of ``get_response``, or the policy's own."""
    facts = Request(request)
    answer = policy.on_request(facts)
    if answer is None and (limit := policy.body_limit(facts)) is not None:
        answer = policy.on_body(facts, _body(request, limit))
    if answer is not None:
        return response_of(answer)
    try:
        response = get_response(request)
    except BaseException:
        policy.on_failure(facts)
        raise
    policy.on_response(facts, Response(response))
    return response


async def aserve(policy: Policy, request: HttpRequest, get_response: GetResponse) -> Any:
    """:func:`serve_sync` on an event loop."""
    facts = Request(request)
    answer = await policy.aon_request(facts)
    if answer is None and (limit := policy.body_limit(facts)) is not None:
        answer = await policy.aon_body(facts, _body(request, limit))
    if answer is not None:
        return response_of(answer)
    try:
        response = await get_response(request)
    except BaseException:
        policy.on_failure(facts)
        raise
    policy.on_response(facts, Response(response))
    return response


def _body(request: HttpRequest, limit: int) -> bytes | None:
    """The body, which stays readable; ``None`` for one over this limit or Django's own.

    On an event loop Django's handler has received all of it before the first middleware runs.
    """
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return None
        body = request.body
    except (RequestDataTooBig, ValueError):
        return None
    return body if len(body) <= limit else None
