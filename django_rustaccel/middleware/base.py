"""One policy as Django middleware, sync and async, without a thread hop between the two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from django_rustaccel.conf import user_settings
from django_rustaccel.core.policies.facts import Policy
from django_rustaccel.middleware.facts import Request, Response, response_of

GetResponse = Callable[[HttpRequest], Any]


class PolicyMiddleware:
    """Asks a policy about each request and response.

    A subclass says how the policy is made of the settings. It is made again when a test replaces
    ``RUSTACCEL``.
    """

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
        self._policy, self._made_for = self.make_policy(), user_settings() or None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.get_response!r}>"

    def make_policy(self) -> Policy:
        """The policy that the settings ask for."""
        raise NotImplementedError

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        current = user_settings() or None
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
