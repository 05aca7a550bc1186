"""Rate limits of views, and of whatever else happens too often::

    @ratelimit("5/m", key="ip")
    def login(request): ...


    limiter = Limiter("100/h", storage="shared://")
    if not limiter.hit(f"export:{user.pk}").allowed: ...

Storage and headers are those of ``RUSTACCEL["RATE_LIMIT"]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction

from django_rustaccel.conf import user_settings
from django_rustaccel.core.limiting import Decision, Limiter
from django_rustaccel.core.policies.limit_keys import Spec
from django_rustaccel.core.policies.rate_limit import RateLimitPolicy
from django_rustaccel.middleware.facts import Request, Response, response_of
from django_rustaccel.middleware.rate_limit import load_user, policy_of_settings
from django_rustaccel.signals import storage_failed, storage_recovered

__all__ = ["Decision", "Limiter", "ratelimit", "storage_failed", "storage_recovered"]

View = TypeVar("View", bound=Callable[..., Any])


def ratelimit(
    rate: str | Iterable[str],
    *,
    key: Spec = "user_or_ip",
    cost: int | str | Callable[[Any], int] = 1,
    methods: Iterable[str] = (),
    scope: str | None = None,
    algorithm: str | None = None,
    burst: int | None = None,
) -> Callable[[View], View]:
    """Limit a view: a function, plain or async, a method that takes a request, or a class.

    Parameters: `rate` as for :class:`Limiter`; `key` is what calls are counted by (``"ip"``,
    ``"user"``, ``"user_or_ip"``, ``"header:NAME"``, ``"path:NAME"``, a callable or its path);
    `cost` is a number or a callable that takes the request; `methods` are those counted (default:
    all); views of one `scope` count together (default: each for itself). Storage and headers are
    those of ``RUSTACCEL["RATE_LIMIT"]``.

    A refused request gets status 429. The view finds the decision in ``request.ratelimit``.
    """
    rule = {
        "rate": rate,
        "key": key,
        "cost": cost,
        "methods": methods,
        "algorithm": algorithm,
        "burst": burst,
    }

    limits: dict[str, ViewLimit] = {}

    def decorate(view: Any) -> Any:
        # Django's `method_decorator` decorates anew for every request: the limit must be the same.
        name = scope or f"{view.__module__}.{view.__qualname__}"
        limit = limits.setdefault(name, ViewLimit({**rule, "scope": name}))
        if isinstance(view, type):
            is_async = getattr(view, "view_is_async", False)
            view.dispatch = _limited(view.dispatch, limit, is_async)  # type: ignore[attr-defined]
            return view
        return _limited(view, limit, iscoroutinefunction(view))

    return decorate


class ViewLimit:
    """The policy of one view, made again when a test replaces the settings."""

    #: Whether some view of this process has a limit.
    exists = False

    def __init__(self, rule: dict[str, Any]) -> None:
        ViewLimit.exists = True
        self._rule = rule
        self._made_for: Any = ViewLimit
        self._policy = RateLimitPolicy()

    @property
    def policy(self) -> RateLimitPolicy:
        """The policy in force."""
        current = user_settings() or None
        if self._made_for is not current:
            self._policy, self._made_for = policy_of_settings([self._rule]), current
        return self._policy


def _limited(view: Any, limit: ViewLimit, is_async: bool) -> Any:
    @wraps(view)
    def limited(*args: Any, **kwargs: Any) -> Any:
        request, policy = _request(args), limit.policy
        facts = Request(request)
        answer = policy.on_request(facts)
        _leave_decision(request, facts)
        if answer is not None:
            return response_of(answer)
        return _told(policy, facts, view(*args, **kwargs))

    @wraps(view)
    async def alimited(*args: Any, **kwargs: Any) -> Any:
        request, policy = _request(args), limit.policy
        facts = Request(request)
        if policy.needs_user:
            await load_user(request)
        answer = await policy.aon_request(facts)
        _leave_decision(request, facts)
        if answer is not None:
            return response_of(answer)
        return _told(policy, facts, await view(*args, **kwargs))

    return alimited if is_async else limited


def _request(args: tuple[Any, ...]) -> Any:
    """The request: the first argument of a function, the second of a method."""
    return args[0] if hasattr(args[0], "META") else args[1]


def _leave_decision(request: Any, facts: Request) -> None:
    request.ratelimit = None if facts.kept is None else facts.kept[1]


def _told(policy: RateLimitPolicy, facts: Request, response: Any) -> Any:
    policy.on_response(facts, Response(response))
    return response
