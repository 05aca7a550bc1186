"""What is counted, for Prometheus, by its own client (extra ``metrics``).

That is the histograms of ``TimingMiddleware``, what each ``RustCache`` counts, how full the tables
of rate limits are, and ``stats()``.

    urlpatterns = [path("metrics/", django_rustaccel.metrics.metrics_view)]

Other frameworks register a collector with the registry that they expose:

    REGISTRY.register(RequestCollector(timing.policy.times))
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django_rustaccel.conf import arguments, settings
from django_rustaccel.core.limiting import memory
from django_rustaccel.core.policies.timing import TimingPolicy
from django_rustaccel.core.statistics import stats
from django_rustaccel.core.timing import Observed, RequestTimes
from django_rustaccel.exceptions import MissingDependencyError

try:
    from prometheus_client import REGISTRY, CollectorRegistry, multiprocess
    from prometheus_client.core import (
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.parser import text_string_to_metric_families
    from prometheus_client.utils import floatToGoString
except ImportError as error:
    message = "metrics need prometheus-client: install django-rustaccel[metrics]"
    raise MissingDependencyError(message) from error

__all__ = [
    "CacheCollector",
    "CallCollector",
    "LimitCollector",
    "RequestCollector",
    "metrics_view",
]

NAME = "http_request_duration_seconds"
CACHE_NAME = "rustaccel_cache"
LIMIT_NAME = "rustaccel_limit"
CALLS_NAME, FALLBACKS_NAME = "rustaccel_calls", "rustaccel_fallbacks"
CACHE_METRICS: dict[str, Any] = {
    "hits": (CounterMetricFamily, "Calls of get that found a value."),
    "misses": (CounterMetricFamily, "Calls of get that found none."),
    "evictions": (CounterMetricFamily, "Entries that had to make room."),
    "entries": (GaugeMetricFamily, "Entries that are kept."),
    "bytes": (GaugeMetricFamily, "Memory that they take."),
    "max_entries": (GaugeMetricFamily, "Entries that there may be."),
    "max_bytes": (GaugeMetricFamily, "Memory that they may take."),
}


class RequestCollector:
    """A collector for ``prometheus_client``: one histogram by method, route and status."""

    def __init__(self, times: RequestTimes) -> None:
        self.times = times

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """The requests so far, of all processes that share the file."""
        labels = ["method", "route", "status"]
        family = HistogramMetricFamily(NAME, "Time until responses started.", labels=labels)
        for observed in self.times.collect():
            names = [observed.method, observed.route, observed.status]
            family.add_metric(names, self._buckets(observed), observed.seconds)
        yield family

    def _buckets(self, observed: Observed) -> list[tuple[str, float]]:
        """Each bucket of Prometheus counts those below it too."""
        spelled: Any = floatToGoString
        total, buckets = 0, []
        for bound, count in zip([*self.times.buckets, float("inf")], observed.counts, strict=True):
            total += count
            buckets.append((spelled(bound), float(total)))
        return buckets


class CacheCollector:
    """A collector for ``prometheus_client``: what each ``RustCache`` of this process counts.

    Each process has entries and counts of its own, so they carry its number: sum over ``process``
    what a scraper has seen.
    """

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """One family each; none in a project without such caches."""
        rows = _counted()
        for name, (kind, help_) in CACHE_METRICS.items():
            family = kind(f"{CACHE_NAME}_{name}", help_, labels=["cache", "process"])
            for row in rows:
                family.add_metric([row["cache"], str(row["process"])], float(row[name]))
            if rows:
                yield family


def _counted() -> list[dict[str, Any]]:
    from django_rustaccel.cache.inspection import counted

    return counted()


def caches_in(text: str) -> list[dict[str, Any]]:
    """What the metrics of another process say of its caches. Raises ``ValueError`` for no metrics.

    Every one has ``cache``, ``process`` and the numbers of ``RustCache.statistics()``.
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for family in text_string_to_metric_families(text):
        name = family.name.removeprefix(f"{CACHE_NAME}_")
        if name not in CACHE_METRICS or name == family.name:
            continue
        for sample in family.samples:
            labels = sample.labels["cache"], sample.labels["process"]
            row = rows.setdefault(labels, dict(zip(("cache", "process"), labels, strict=True)))
            row[name] = int(sample.value)
    return [{**dict.fromkeys(CACHE_METRICS, 0), **row} for row in rows.values()]


class LimitCollector:
    """A collector for ``prometheus_client``: how full the tables of rate limits in memory are.

    Processes with a ``shared://`` table all tell of the same one: take the greatest, not the sum.
    """

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family each; none in a process without such tables."""
        labels, process = ["storage", "process"], str(os.getpid())
        help_ = "Keys that are remembered."
        keys = GaugeMetricFamily(f"{LIMIT_NAME}_keys", help_, labels=labels)
        help_ = "Keys that there is memory for."
        capacity = GaugeMetricFamily(f"{LIMIT_NAME}_capacity", help_, labels=labels)
        for url, tables in memory.tables().items():
            keys.add_metric([url, process], sum(table.remembered() for table in tables))
            capacity.add_metric([url, process], sum(table.capacity for table in tables))
        if keys.samples:
            yield from (keys, capacity)


class CallCollector:
    """A collector for ``prometheus_client``: what ``stats()`` counts in this process."""

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Calls by kind and tier, and how many of them left the native path for which reason."""
        counted, process = stats(), str(os.getpid())
        labels = ["kind", "tier", "process"]
        calls = CounterMetricFamily(CALLS_NAME, "Calls of serializers and the like.", labels=labels)
        for kind in ("read", "write", "render", "parse"):
            for tier, times in counted[kind].items():
                calls.add_metric([kind, tier, process], float(times))
        yield calls
        labels, help_ = ["reason", "process"], "Calls that left the native path, wholly or in part."
        fallbacks = CounterMetricFamily(FALLBACKS_NAME, help_, labels=labels)
        for reason, times in counted["fallbacks"].items():
            fallbacks.add_metric([reason, process], float(times))
        yield fallbacks


def fallbacks_in(text: str) -> dict[str, int]:
    """``stats()["fallbacks"]`` of another process, by its metrics; added up if there are several.

    Raises ``ValueError`` for no metrics.
    """
    found: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        if family.name == FALLBACKS_NAME:
            for sample in family.samples:
                found[sample.labels["reason"]] += int(sample.value)
    return dict(found)


def metrics_view(request: Any) -> Any:
    """A Django view: everything the project counts, as Prometheus or OpenMetrics text."""
    from django.http import HttpResponse

    encode, content_type = _encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(_Everything()), content_type=content_type)


def _encoder(accept: str) -> Any:
    try:
        return choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is no number
        return choose_encoder("")


class _Everything:
    """The project's own metrics, of all its processes if it has set that up, and the requests."""

    def collect(self) -> Iterator[Any]:
        yield from _registry().collect()
        times = TimingPolicy(**arguments(settings.timing)).times
        if times is not None:
            yield from RequestCollector(times).collect()
        yield from CacheCollector().collect()
        yield from LimitCollector().collect()
        yield from CallCollector().collect()


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    collector: Any = multiprocess.MultiProcessCollector
    collector(registry)
    return registry
