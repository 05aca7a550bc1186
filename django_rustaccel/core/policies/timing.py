"""Tell how long requests take: to the client, to the log, and to Prometheus."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol

from django_rustaccel.core.policies.facts import Policy, Request, Response
from django_rustaccel.core.timing import BUCKETS, CAPACITY, request_times

logger = logging.getLogger("django_rustaccel.slow")


class Meter(Protocol):
    """What is measured during a request beside its time."""

    def entries(self) -> list[str]:
        """What it says, as entries of ``Server-Timing``: https://www.w3.org/TR/server-timing/."""

    def stop(self) -> None:
        """Measure no more."""


class TimingPolicy(Policy):
    """Measures every request until its response starts.

    Parameters: `server_timing`, whether the client is told; `slow_seconds`, from which duration on
    a request is logged as a warning of ``django_rustaccel.slow`` (``None``: never); `histograms`,
    whether durations are counted by method, route and status, with `buckets`, `file` and
    `capacity` as :class:`~django_rustaccel.core.timing.RequestTimes` takes them; `start_meters`,
    called at the start of a request, makes what is measured beside its time.
    """

    def __init__(
        self,
        server_timing: bool = True,
        slow_seconds: float | None = 1.0,
        histograms: bool = True,
        buckets: Sequence[float] = BUCKETS,
        file: str | os.PathLike[str] | None = None,
        capacity: int = CAPACITY,
        start_meters: Callable[[], list[Meter]] | None = None,
    ) -> None:
        if slow_seconds is not None and not slow_seconds >= 0:
            raise ValueError("SLOW_SECONDS is a number of seconds or None")
        self.server_timing = server_timing
        self.slow_seconds = slow_seconds
        self.times = request_times(buckets, file, capacity) if histograms else None
        self._start_meters = start_meters or list

    def on_request(self, request: Request) -> None:
        """Start the clock."""
        request.kept = self._start_meters(), perf_counter()

    def on_response(self, request: Request, response: Response) -> None:
        """Stop it, and say what it shows."""
        meters, started = request.kept
        seconds = perf_counter() - started
        for meter in meters:
            meter.stop()
        self._count(request, response.status, seconds, meters)
        if self.server_timing:
            entries = [f"total;dur={1000 * seconds:.3f}"]
            for meter in meters:
                entries += meter.entries()
            _add(response, entries)

    def on_failure(self, request: Request) -> None:
        """Count an exception as the status that the server makes of it."""
        meters, started = request.kept
        for meter in meters:
            meter.stop()
        self._count(request, 500, perf_counter() - started, meters)

    def _count(self, request: Request, status: int, seconds: float, meters: list[Meter]) -> None:
        if self.times is not None:
            self.times.observe(request.method, request.route, status, seconds)
        if self.slow_seconds is not None and seconds >= self.slow_seconds:
            about = "; ".join(entry for meter in meters for entry in meter.entries())
            facts = (request.method, request.path, status, seconds, about)
            # The path is the client's, and may hold line ends.
            logger.warning("Slow request: %s %r %d took %.3f s %s", *facts)


def _add(response: Response, entries: list[str]) -> None:
    value = ", ".join(entries)
    before = response.headers.get("Server-Timing")
    response.headers["Server-Timing"] = f"{before}, {value}" if before else value
