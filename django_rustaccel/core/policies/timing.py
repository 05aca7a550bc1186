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

    def stop(self) -> str:
        """What was measured, as in ``Server-Timing``: https://www.w3.org/TR/server-timing/."""


class TimingPolicy(Policy):
    """Measures every request until its response starts.

    Parameters: `server_timing`, whether the client is told; `slow_seconds`, from which duration on
    a request is logged as a warning of ``django_rustaccel.slow`` (``None``: never); `histograms`,
    whether durations are counted by method, route and status, with `buckets`, `file` and
    `capacity` as ``RequestTimes`` takes them; `start_meter`,
    called at the start of a request, makes what measures more than its time.
    """

    def __init__(
        self,
        server_timing: bool = True,
        slow_seconds: float | None = 1.0,
        histograms: bool = True,
        buckets: Sequence[float] = BUCKETS,
        file: str | os.PathLike[str] | None = None,
        capacity: int = CAPACITY,
        start_meter: Callable[[], Meter] | None = None,
    ) -> None:
        if slow_seconds is not None and not slow_seconds >= 0:
            raise ValueError("SLOW_SECONDS is a number of seconds or None")
        self.server_timing = server_timing
        self.slow_seconds = slow_seconds
        self.times = request_times(buckets, file, capacity) if histograms else None
        self._start_meter = start_meter

    def on_request(self, request: Request) -> None:
        """Start the clock."""
        start = self._start_meter
        request.kept = start() if start else None, perf_counter()

    def on_response(self, request: Request, response: Response) -> None:
        """Stop it, and say what it shows."""
        seconds, about = self._stop(request, response.status)
        if self.server_timing:
            value = f"total;dur={1000 * seconds:.3f}{about}"
            headers = response.headers
            before = headers.get("Server-Timing")
            headers["Server-Timing"] = f"{before}, {value}" if before else value

    def on_failure(self, request: Request) -> None:
        """Count an exception as the status that the server makes of it."""
        self._stop(request, 500)

    def _stop(self, request: Request, status: int) -> tuple[float, str]:
        """The time, and what the meter says after a comma."""
        meter, started = request.kept
        seconds = perf_counter() - started
        about = f", {meter.stop()}" if meter else ""
        if self.times is not None:
            self.times.observe(request.method, request.route, status, seconds)
        if self.slow_seconds is not None and seconds >= self.slow_seconds:
            # The path is the client's, and may hold line ends.
            facts = (request.method, request.path, status, seconds, about)
            logger.warning("Slow request: %s %r %d took %.3f s%s", *facts)
        return seconds, about
