"""How long requests took, by method, route and status; no Django."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django_rustaccel._rust import Histograms

__all__ = ["BUCKETS", "CAPACITY", "Observed", "RequestTimes", "request_times"]

#: Upper bounds in seconds: those that OpenTelemetry advises for the duration of HTTP requests.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
#: Combinations of method, route and status; further ones are counted together.
CAPACITY = 1024
FILE = "rustaccel_requests.histograms"
#: RFC 9110 and 5789; clients may send anything, and each would be a time series.
METHODS = frozenset(
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"]
)
OTHER = "other"
UNMATCHED = "unmatched"


class Observed(NamedTuple):
    """The requests of one method, route and status: counts up to each bound and above, seconds."""

    method: str
    route: str
    status: str
    counts: list[int]
    seconds: float


class RequestTimes:
    """Histograms of the duration of requests, kept natively.

    Parameters: the upper bounds in seconds; the file that worker processes share, where ``None``
    means one in ``PROMETHEUS_MULTIPROC_DIR`` if that is set, and this process alone otherwise; how
    many combinations of method, route and status are told apart. Raises ``ValueError`` for wrong
    numbers and ``OSError`` for a file that cannot be used.
    """

    def __init__(
        self,
        buckets: Sequence[float] = BUCKETS,
        file: str | os.PathLike[str] | None = None,
        capacity: int = CAPACITY,
    ) -> None:
        folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
        if file is None and folder:
            file = os.path.join(folder, FILE)
        self.buckets = tuple(buckets)
        self._histograms = Histograms(file, self.buckets, capacity)
        self._slots: dict[tuple[str, str | None, int], int] = {}
        self._capacity = capacity

    def observe(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """Count one request."""
        key = (method, route, status)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slot(key)
        self._histograms.observe(slot, seconds)

    def _slot(self, key: tuple[str, str | None, int]) -> int:
        method, route, status = key
        name = method if method in METHODS else OTHER
        slot = self._histograms.slot(f"{name} {status} {route or UNMATCHED}")
        if len(self._slots) < self._capacity:
            self._slots[key] = slot
        return slot

    def collect(self) -> Iterator[Observed]:
        """All that was counted, by every process that shares the file."""
        for key, counts, seconds in self._histograms.collect():
            method, status, route = key.split(" ", 2) if key else (OTHER, OTHER, OTHER)
            yield Observed(method, route, status, counts, seconds)


def request_times(
    buckets: Sequence[float] = BUCKETS,
    file: str | os.PathLike[str] | None = None,
    capacity: int = CAPACITY,
) -> RequestTimes:
    """The one :class:`RequestTimes` of this process with these parameters."""
    return _request_times(tuple(buckets), None if file is None else os.fspath(file), capacity)


_request_times = functools.cache(RequestTimes)
