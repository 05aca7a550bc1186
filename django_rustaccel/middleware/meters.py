"""What is measured during a request of Django: its queries, and how serializers were served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar

from django.db import connections
from django.db.backends.signals import connection_created

from django_rustaccel.core import statistics

T = TypeVar("T")

NO_QUERIES = 'db;dur=0;desc="0 queries"'


class RequestMeter:
    """The statements of a request and the tiers of its serializers, and the time that both took.

    Serializers have sent some of the statements: the time of those is the database's alone.

    It belongs to the context of its request: what that does in other threads through
    ``sync_to_async`` counts, and what other requests do does not.
    """

    __slots__ = ("_is_serializing", "_outer", "_token", "count", "seconds", "serializing", "tiers")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0
        self.serializing = 0.0
        self._is_serializing = False
        self.tiers: list[str] = []
        self._outer = statistics.watcher.get()
        self._token = statistics.watcher.set(self)

    def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the function returns; what it asks of serializers is part of its time."""
        if self._is_serializing:
            return function(*args, **kwargs)
        self._is_serializing = True
        before = perf_counter() - self.seconds
        try:
            return function(*args, **kwargs)
        finally:
            # Other threads of the request may have waited for the database at the same time.
            self.serializing += max(0.0, perf_counter() - self.seconds - before)
            self._is_serializing = False

    def served(self, kind: str, tier: str) -> None:
        """Note the tier of a serializer."""
        if kind == "read":
            self.tiers.append(tier)
        elif kind == "write":
            self.tiers.append(f"write {tier}")

    def fell_back(self, reason: str) -> None:
        """Reasons are counted for the whole process."""

    def saved(self, count: Callable[[], int]) -> None:
        """Queries that nobody sent take no time."""

    def stop(self) -> str:
        """Measure no more; milliseconds, the number of statements, how often each tier served."""
        statistics.watcher.reset(self._token)
        if isinstance(self._outer, RequestMeter):
            self._hand_over(self._outer)
        said = NO_QUERIES
        if self.count:
            said = f'db;dur={1000 * self.seconds:.3f};desc="{self.count} queries"'
        if not self.tiers:
            return said
        tiers = ", ".join(f"{tier} {count}" for tier, count in Counter(self.tiers).items())
        return f'{said}, serializers;dur={1000 * self.serializing:.3f};desc="{tiers}"'

    def _hand_over(self, outer: RequestMeter) -> None:
        """What was measured here happened within what another meter measures."""
        outer.seconds += self.seconds
        outer.count += self.count
        outer.serializing += self.serializing
        outer.tiers += self.tiers


def measured(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """An ``execute_wrapper`` that stays on every connection."""
    meter = statistics.watcher.get()
    if not isinstance(meter, RequestMeter):
        return execute(sql, params, many, context)
    started = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        meter.seconds += perf_counter() - started
        meter.count += 1


def install() -> None:
    """Measure the connections that are open, and those that will be."""
    for connection in connections.all(initialized_only=True):
        _measure(connection)
    connection_created.connect(_measure, dispatch_uid=f"{__name__}.measure")


def _measure(connection: Any, **kwargs: Any) -> None:
    wrappers = connection.execute_wrappers
    if measured not in wrappers:
        # The first is the outermost, and not what a `with execute_wrapper(…)` takes off again.
        wrappers.insert(0, measured)
