"""What is measured during a request of Django: its queries, and how serializers were served.

A meter belongs to the context of its request, so that what the request does in other threads
through ``sync_to_async`` counts, and what other requests do does not.
"""

from __future__ import annotations

from collections import Counter
from contextvars import ContextVar
from time import perf_counter
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from django_rustaccel.core import statistics
from django_rustaccel.core.policies.timing import Meter

_running: ContextVar[DatabaseMeter | None] = ContextVar("rustaccel_database", default=None)


class DatabaseMeter:
    """The time that the database took for the statements of a request, and how many there were."""

    __slots__ = ("_token", "count", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0
        self._token = _running.set(self)

    def stop(self) -> None:
        """Measure no more."""
        _running.reset(self._token)

    def entries(self) -> list[str]:
        """Milliseconds and the number of statements."""
        return [f'db;dur={1000 * self.seconds:.3f};desc="{self.count} queries"']


def measured(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    """An ``execute_wrapper`` that stays on every connection."""
    meter = _running.get()
    if meter is None:
        return execute(sql, params, many, context)
    started = perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        meter.seconds += perf_counter() - started
        meter.count += 1


def _measure(connection: Any, **kwargs: Any) -> None:
    wrappers = connection.execute_wrappers
    if measured not in wrappers:
        # The first is the outermost, and not what a `with execute_wrapper(…)` takes off again.
        wrappers.insert(0, measured)


class SerializerMeter:
    """By which tiers serializers were served for a request."""

    __slots__ = ("_seen", "_token")

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._token = statistics.watcher.set(self._seen)

    def stop(self) -> None:
        """Watch no more."""
        statistics.watcher.reset(self._token)

    def entries(self) -> list[str]:
        """How often each tier served, if one did."""
        if not self._seen:
            return []
        tiers = ", ".join(f"{tier} {count}" for tier, count in Counter(self._seen).items())
        return [f'serializers;desc="{tiers}"']


def install() -> None:
    """Measure the connections that are open, and those that will be."""
    for connection in connections.all(initialized_only=True):
        _measure(connection)
    connection_created.connect(_measure, dispatch_uid=f"{__name__}.measure")


def start() -> list[Meter]:
    """The meters of one request."""
    return [DatabaseMeter(), SerializerMeter()]
