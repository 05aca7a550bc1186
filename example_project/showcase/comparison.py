"""One endpoint answered by stock Django REST framework and by django-rustaccel, in turn."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext

import django_rustaccel
from django_rustaccel.drf.comparison import difference
from showcase.endpoints import Endpoint, View

ROUNDS = (10, 20, 50)
#: Fewer rounds are run where they would take longer than this; never fewer than the fewest.
SECONDS = 10.0
FEWEST = 5


class ComparisonError(Exception):
    """There is nothing to compare; the text says why."""


@dataclass(frozen=True)
class Side:
    """What one engine did: milliseconds of a whole view call, requests in a second, SQL queries.

    `tier` is what read the rows, `writes` what validated.
    """

    median: float
    p95: float
    per_second: float
    queries: int
    size: int
    tier: str
    writes: str

    @property
    def served_by(self) -> str:
        """Tier and validation, in words."""
        validated = f"{self.writes} validation" if self.writes else ""
        return ", ".join(filter(None, [self.tier, validated]))


@dataclass(frozen=True)
class Bar:
    """One side as the page draws it: its lengths are percentages of the longest."""

    name: str
    side: Side
    median: float
    p95: float


@dataclass(frozen=True)
class Comparison:
    key: str
    title: str
    rounds: int
    stock: Side
    accelerated: Side
    #: The first difference with what is around it; empty for equal bytes.
    difference: str

    @property
    def identical(self) -> bool:
        return not self.difference

    @property
    def ratio(self) -> float:
        """How many times as fast, by the medians."""
        return self.stock.median / self.accelerated.median

    @property
    def bars(self) -> list[Bar]:
        """Both sides on one scale."""
        sides = {"Stock": self.stock, "Accelerated": self.accelerated}
        scale = 100 / max(side.p95 for side in sides.values())
        return [
            Bar(name, side, side.median * scale, side.p95 * scale) for name, side in sides.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "identical": self.identical, "ratio": self.ratio}


@dataclass
class Work:
    """One endpoint on one engine; what both need is made once, before any time is taken."""

    endpoint: Endpoint
    url: str
    view: View
    content: bytes
    engine: Callable[[], AbstractContextManager[Any]]

    def request(self) -> HttpRequest:
        return self.endpoint.request(self.url, self.content)

    def answer(self, request: HttpRequest) -> bytes:
        """Answer once. Raises ``ComparisonError`` for an answer that is an error."""
        with self.engine():
            response = self.view(request)
            render = getattr(response, "render", None)
            body: bytes = (render() if render else response).content
        if not 200 <= response.status_code < 300:
            raise ComparisonError(
                f"{self.url} answered {response.status_code}. Is there data? Run manage.py demo."
            )
        return body

    def answer_and_undo(self, request: HttpRequest) -> bytes:
        """The same, with the database as it was before."""
        if not self.endpoint.is_write:
            return self.answer(request)
        with transaction.atomic():
            body = self.answer(request)
            transaction.set_rollback(True)
        return body

    def timed(self) -> float:
        """Milliseconds of one answer."""
        request = self.request()
        start = perf_counter()
        self.answer_and_undo(request)
        return (perf_counter() - start) * 1000

    def observed(self) -> tuple[bytes, dict[str, Any]]:
        """The bytes, and what was needed for them."""
        before = django_rustaccel.stats()
        with CaptureQueriesContext(connection) as queries:
            body = self.answer_and_undo(self.request())
        after = django_rustaccel.stats()
        return body, {
            "queries": sum(not _is_transaction(query["sql"]) for query in queries),
            "size": len(body),
            "tier": _grown(before["read"], after["read"]) or "stock",
            "writes": _grown(before["write"], after["write"]),
        }


def compare(endpoint: Endpoint, rounds: int = ROUNDS[0]) -> Comparison:
    """Answer once on each engine for bytes and queries, then in turn for times.

    Raises ``ComparisonError`` where the view answers with an error.
    """
    works = _works(endpoint)
    bodies, facts = zip(*(work.observed() for work in works), strict=True)
    times = _race(works, rounds)
    stock, accelerated = (
        Side(**_summary(each), **fact) for each, fact in zip(times, facts, strict=True)
    )
    found = difference(*bodies)
    return Comparison(
        key=endpoint.key,
        title=endpoint.title,
        rounds=len(times[0]),
        stock=stock,
        accelerated=accelerated,
        difference="" if found is None else str(found),
    )


def _works(endpoint: Endpoint) -> list[Work]:
    """Stock's and the accelerated one."""
    url = endpoint.url()
    view, content = endpoint.view(url), endpoint.content()
    engines = (django_rustaccel.disabled, nullcontext)
    return [Work(endpoint, url, view, content, engine) for engine in engines]


def _race(works: list[Work], rounds: int) -> list[list[float]]:
    """Milliseconds of every round, in turn: a busy machine slows both alike."""
    end = perf_counter() + SECONDS
    times: list[list[float]] = [[] for _ in works]
    for done in range(rounds):
        if done >= FEWEST and perf_counter() > end:
            break
        for work, measured in zip(works, times, strict=True):
            measured.append(work.timed())
    return times


def _summary(times: list[float]) -> dict[str, Any]:
    return {
        "median": median(times),
        "p95": quantiles(times, n=20, method="inclusive")[-1],
        "per_second": 1000 * len(times) / sum(times),
    }


def _grown(before: dict[str, int], after: dict[str, int]) -> str:
    return ", ".join(name for name, count in after.items() if count > before[name])


def _is_transaction(sql: str) -> bool:
    """Whether this is of the transaction that the page itself puts around a write."""
    return sql.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"))
