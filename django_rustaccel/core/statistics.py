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
    """Wants to know by which tiers serializers are served in its context, and for how long."""

    tiers: list[str]

    def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the function returns; its time is that of serializers."""


watcher: ContextVar[Watcher | None] = ContextVar("rustaccel_watcher", default=None)


def timed(function: Callable[P, T]) -> Callable[P, T]:
    """A function of serializers whose time the watcher of the context hears of.

    Where nobody watches it costs 0.1 microseconds.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        current = watcher.get()
        if current is None:
            return function(*args, **kwargs)
        return current.run(function, *args, **kwargs)

    return call


class WatchedCounter(Counter[str]):
    """Counts for everybody, and tells the watcher of the context, such as one request, what."""

    #: What stands before a tier when the watcher is told.
    kind = ""

    def __setitem__(self, tier: str, count: int) -> None:
        super().__setitem__(tier, count)
        current = watcher.get()
        if current is not None:
            current.tiers.append(self.kind + tier)


class WatchedWrites(WatchedCounter):
    """The same for validation, whose tiers have other names."""

    kind = "write "


read = WatchedCounter(rows=0, instances=0, stock=0)
write = WatchedWrites(native=0, stock=0)
render: Counter[str] = Counter(native=0, stock=0)
parse: Counter[str] = Counter(native=0, stock=0)
fallbacks: Counter[str] = Counter()


def fell_back(reason: str) -> None:
    """Count one call that left the native path, wholly or for some field, for this reason."""
    if len(fallbacks) >= MAX_REASONS and reason not in fallbacks:
        reason = OTHER_REASONS
    fallbacks[reason] += 1


def stats() -> dict[str, dict[str, Any]]:
    """A copy of the counters of this process since it started.

    ``read`` and ``write`` count serializer calls (one for a whole list), ``render`` and
    ``parse`` count JSON documents. A call that was native for all but some fields counts as
    native, and its reasons stand under ``fallbacks``.
    """
    return {
        "read": dict(read),
        "write": dict(write),
        "render": dict(render),
        "parse": dict(parse),
        "fallbacks": dict(fallbacks),
    }
