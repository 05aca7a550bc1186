"""Counters since start: which path served, and why not the native one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

#: Distinct reasons kept; further ones are counted together, so that memory stays bounded.
MAX_REASONS = 1000
OTHER_REASONS = "other reasons"


P = ParamSpec("P")
T = TypeVar("T")


class Watcher(Protocol):
    """Wants to know how serializers are served in its context, and for how long."""

    def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the function returns; its time is that of serializers."""

    def served(self, kind: str, tier: str) -> None:
        """Hear that a call of a kind, a key of :func:`stats`, was served by a tier."""

    def fell_back(self, reason: str) -> None:
        """Hear why a call left the native path."""

    def saved(self, count: Callable[[], int]) -> None:
        """Hear of queries that stock would have sent; to count them takes time."""


watcher: ContextVar[Watcher | None] = ContextVar("rustaccel_watcher", default=None)


def timed(function: Callable[P, T]) -> Callable[P, T]:
    """A function of serializers whose time the watcher of the context hears of."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        current = watcher.get()
        if current is None:
            return function(*args, **kwargs)
        return current.run(function, *args, **kwargs)

    return call


def timed_of_three(function: Callable[[Any, Any, Any], T]) -> Callable[[Any, Any, Any], T]:
    """The same for what is called once an object.

    Where nobody watches it costs 70 ns; to pass on arguments of any number, 200.
    """

    @wraps(function)
    def call(serializer: Any, data: Any, stock: Any) -> T:
        current = watcher.get()
        if current is None:
            return function(serializer, data, stock)
        return current.run(function, serializer, data, stock)

    return call


class WatchedCounter(Counter[str]):
    """Counts for everybody, and tells the watcher of the context, such as one request, what."""

    def __init__(self, kind: str, *tiers: str) -> None:
        super().__init__(dict.fromkeys(tiers, 0))
        self.kind = kind

    def __setitem__(self, tier: str, count: int) -> None:
        super().__setitem__(tier, count)
        current = watcher.get()
        if current is not None:
            current.served(self.kind, tier)


read = WatchedCounter("read", "rows", "instances", "stock")
write = WatchedCounter("write", "native", "stock")
render = WatchedCounter("render", "native", "stock")
parse = WatchedCounter("parse", "native", "stock")
#: Look-ups of lists that one query answered for many rows, and the queries that were sent for it.
lookups: Counter[str] = Counter(answered=0, queries=0)
fallbacks: Counter[str] = Counter()


def fell_back(reason: str) -> None:
    """Count one call that left the native path, wholly or for some field, for this reason."""
    if len(fallbacks) >= MAX_REASONS and reason not in fallbacks:
        reason = OTHER_REASONS
    fallbacks[reason] += 1
    current = watcher.get()
    if current is not None:
        current.fell_back(reason)


def saved(count: Callable[[], int]) -> None:
    """Tell the watcher of queries that stock would have sent; nobody counts where none watches."""
    current = watcher.get()
    if current is not None:
        current.saved(count)


def stats() -> dict[str, dict[str, Any]]:
    """A copy of the counters of this process since it started.

    ``read`` and ``write`` count serializer calls (one for a whole list), ``render`` and
    ``parse`` count JSON documents. A call that was native for all but some fields, or within an
    overridden method that calls ``super()``, counts as native, and its reasons stand under
    ``fallbacks``. ``lookups`` counts what related fields and uniqueness validators of lists asked
    the database: how many were ``answered`` together, and with how many ``queries``.
    """
    return {
        "read": dict(read),
        "write": dict(write),
        "render": dict(render),
        "parse": dict(parse),
        "lookups": dict(lookups),
        "fallbacks": dict(fallbacks),
    }
