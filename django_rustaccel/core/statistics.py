"""Counters since start: which path served, and why not the native one."""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from typing import Any, Protocol

#: Distinct reasons kept; further ones are counted together, so that memory stays bounded.
MAX_REASONS = 1000
OTHER_REASONS = "other reasons"


class Watcher(Protocol):
    """Wants to know by which tiers serializers are served in its context."""

    tiers: list[str]


watcher: ContextVar[Watcher | None] = ContextVar("rustaccel_watcher", default=None)


class WatchedCounter(Counter[str]):
    """Counts for everybody, and tells the watcher of the context, such as one request, what."""

    def __setitem__(self, tier: str, count: int) -> None:
        super().__setitem__(tier, count)
        current = watcher.get()
        if current is not None:
            current.tiers.append(tier)


read = WatchedCounter(rows=0, instances=0, stock=0)
write: Counter[str] = Counter(native=0, stock=0)
render: Counter[str] = Counter(native=0, stock=0)
parse: Counter[str] = Counter(native=0, stock=0)
#: Look-ups of lists that one query answered for many rows, and the queries that were sent for it.
lookups: Counter[str] = Counter(answered=0, queries=0)
fallbacks: Counter[str] = Counter()


def fell_back(reason: str) -> None:
    """Count one call that left the native path, wholly or for some field, for this reason."""
    if len(fallbacks) >= MAX_REASONS and reason not in fallbacks:
        reason = OTHER_REASONS
    fallbacks[reason] += 1


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
