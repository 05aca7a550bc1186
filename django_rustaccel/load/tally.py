"""What clients count, and what it comes to."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django_rustaccel.core.latencies import milliseconds


@dataclass
class Tally:
    """What came of the requests to one target."""

    #: Seconds from when a request was sent, its connection included, until its answer was read.
    latencies: array[float] = field(default_factory=lambda: array("d"))
    body_bytes: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take what another client counted."""
        self.latencies.extend(other.latencies)
        self.body_bytes += other.body_bytes
        # Copies: after an interruption a client that waits may still count.
        self.statuses.update(dict(other.statuses))
        self.errors.update(dict(other.errors))

    def refused(self, accepts: Callable[[int], bool]) -> dict[int, int]:
        """The status codes that were not to come, and how often they did."""
        return {status: n for status, n in sorted(self.statuses.items()) if not accepts(status)}

    def as_dict(self, seconds: float) -> dict[str, Any]:
        """Data for scripts, of requests that took so many seconds together."""
        answered = len(self.latencies)
        return {
            "requests": answered,
            "seconds": round(seconds, 3),
            "requests_per_second": round(answered / seconds, 2) if seconds else 0.0,
            "body_bytes": self.body_bytes,
            "body_bytes_per_second": round(self.body_bytes / seconds) if seconds else 0,
            "latency_ms": milliseconds(self.latencies, has_minimum=True),
            "statuses": {str(status): n for status, n in sorted(self.statuses.items())},
            "errors": dict(self.errors.most_common()),
        }


def together(tallies: Iterable[Tally]) -> Tally:
    """One tally of all."""
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total
