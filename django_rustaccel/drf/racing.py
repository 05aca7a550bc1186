"""Stock against accelerated, timed in turn so that a busy machine slows both alike."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from django_rustaccel.core.switch import disabled
from django_rustaccel.drf.comparison import Source, both, difference, render
from django_rustaccel.drf.project import dotted


class NotTheSameError(Exception):
    """The two do not give the same bytes; the text shows where."""


@dataclass(frozen=True)
class Race:
    """Median times of one kind of work, in seconds."""

    work: str
    stock: float
    accelerated: float
    tier: str
    stock_queries: int
    accelerated_queries: int

    @property
    def ratio(self) -> float:
        """How many times faster than stock."""
        return self.stock / self.accelerated

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {**asdict(self), "ratio": self.ratio}


def sources(queryset: QuerySet[Any]) -> list[tuple[str, Source]]:
    """The works by name: from the database, and from instances that are in memory."""
    loaded = list(queryset)
    return [("queryset to bytes", queryset.all), ("instances to bytes", lambda: loaded)]


def race(cls: type[Any], source: Source, work: str, rounds: Iterable[Any]) -> Race:
    """Assert the same bytes, then time both in every round; for use while acceleration is on.

    Raises:
        NotTheSameError: if the bytes differ, or DRF raises.

    """
    stock, ours = both(cls, source)
    if stock.error:
        raise NotTheSameError(f"DRF itself raises {stock.error}")
    if ours.error:
        raise NotTheSameError(f"{work}: only the accelerated side raises {ours.error}")
    found = difference(stock.content, ours.content)
    if found is not None:
        raise NotTheSameError(f"{work}: {found}")
    times: list[tuple[float, float]] = [
        (_timed(disabled(), cls, source), _timed(nullcontext(), cls, source)) for _ in rounds
    ]
    stock_time, our_time = map(median, zip(*times, strict=True))
    return Race(work, stock_time, our_time, ours.tier, stock.queries, ours.queries)


def _timed(engine: AbstractContextManager[Any], cls: type[Any], source: Source) -> float:
    data = source()
    with engine:
        start = perf_counter()
        render(cls, data)
        return perf_counter() - start


def about(cls: type[Any], queryset: QuerySet[Any], rounds: int) -> dict[str, Any]:
    """What was raced, and where."""
    return {
        "serializer": dotted(cls),
        "model": queryset.model._meta.label,
        "rows": queryset.count(),
        "database": connections[queryset.db].vendor,
        "rounds": rounds,
    }
