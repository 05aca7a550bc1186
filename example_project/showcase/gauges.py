"""The numbers of ``/metrics/`` that the page shows, read as a scraper would read them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.test import RequestFactory
from django.urls import Resolver404, resolve

from showcase.guard import COUNTER

URL = "/metrics/"
REQUESTS = "http_request_duration_seconds"


class NoMetricsError(Exception):
    """There are no metrics; the text says what is missing."""


@dataclass
class CacheGauge:
    """One cache in one process."""

    name: str
    process: int
    entries: int
    bytes: int
    hits: int
    misses: int
    evictions: int
    max_entries: int
    max_bytes: int

    @property
    def hit_rate(self) -> float:
        """Percent of the reads that found a value."""
        return 100 * self.hits / max(1, self.hits + self.misses)


@dataclass
class Gauges:
    """Runs of this page by decision of its limiter, requests by kind of status, caches."""

    allowed: int = 0
    refused: int = 0
    requests: dict[str, int] = field(default_factory=dict)
    caches: list[CacheGauge] = field(default_factory=list)

    @property
    def total_requests(self) -> int:
        return sum(self.requests.values())


def read_gauges() -> Gauges:
    """What the metrics say now. Raises ``NoMetricsError`` without library or route."""
    try:
        from prometheus_client.parser import text_string_to_metric_families

        from django_rustaccel.metrics import caches_in
    except ImportError as error:
        raise NoMetricsError(str(error)) from error
    text = _metrics()
    gauges = Gauges(caches=[_cache(row) for row in caches_in(text)])
    requests: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name == f"{COUNTER}_total":
                setattr(gauges, sample.labels["decision"], int(sample.value))
            elif sample.name == f"{REQUESTS}_count":
                requests[_kind(sample.labels["status"])] += int(sample.value)
    gauges.requests = dict(sorted(requests.items()))
    return gauges


def _metrics() -> str:
    try:
        view = resolve(URL).func
    except Resolver404:
        raise NoMetricsError(f"No URL of this project leads to {URL}.") from None
    content: bytes = view(RequestFactory(SERVER_NAME="localhost").get(URL)).content
    return content.decode()


def _cache(row: dict[str, Any]) -> CacheGauge:
    return CacheGauge(row.pop("cache"), **row)


def _kind(status: str) -> str:
    """``429`` by itself, all others by their first digit."""
    return status if status == "429" else f"{status[:1]}xx"
