"""Keeps the page from being a way to wear a machine out: few runs, one at a time, counted."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock

from django.http import HttpRequest, HttpResponse

from django_rustaccel.ratelimit import Limiter

RATE = "60/m"
COUNTER = "showcase_runs"

limiter = Limiter(RATE)
_running = Lock()

try:
    from prometheus_client import Counter
except ImportError:
    runs = None
else:
    runs = Counter(COUNTER, "Measurements that the page was asked for.", ["decision"])

View = Callable[[HttpRequest], HttpResponse]


def guarded(view: View) -> View:
    """A view that answers 429 above the rate of an address, and 409 while another one measures.

    Two at once would measure each other.
    """

    @wraps(view)
    def guarded_view(request: HttpRequest) -> HttpResponse:
        decision = limiter.hit(request.META["REMOTE_ADDR"])
        _count("allowed" if decision.allowed else "refused")
        if not decision.allowed:
            return _refusal(429, "Too many runs.", decision.retry_after)
        if not _running.acquire(blocking=False):
            return _refusal(409, "Another measurement is running.", 5)
        try:
            return view(request)
        finally:
            _running.release()

    return guarded_view


def _count(decision: str) -> None:
    if runs is not None:
        runs.labels(decision).inc()


def _refusal(status: int, reason: str, seconds: float) -> HttpResponse:
    wait = max(1, round(seconds))
    text = f"{reason} Try again in {wait} s."
    return HttpResponse(
        text, status=status, content_type="text/plain", headers={"Retry-After": str(wait)}
    )
