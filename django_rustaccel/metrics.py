"""The histograms of ``TimingMiddleware`` for Prometheus, by its own client (extra ``metrics``).

    urlpatterns = [path("metrics/", django_rustaccel.metrics.metrics_view)]

Other frameworks register a collector with the registry that they expose:

    REGISTRY.register(RequestCollector(timing.policy.times))
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from django_rustaccel.conf import arguments, settings
from django_rustaccel.core.policies.timing import TimingPolicy
from django_rustaccel.core.timing import Observed, RequestTimes
from django_rustaccel.exceptions import MissingDependencyError

try:
    from prometheus_client import REGISTRY, CollectorRegistry, multiprocess
    from prometheus_client.core import HistogramMetricFamily
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.utils import floatToGoString
except ImportError as error:
    message = "metrics need prometheus-client: install django-rustaccel[metrics]"
    raise MissingDependencyError(message) from error

__all__ = ["RequestCollector", "metrics_view"]

NAME = "http_request_duration_seconds"


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


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    collector: Any = multiprocess.MultiProcessCollector
    collector(registry)
    return registry
