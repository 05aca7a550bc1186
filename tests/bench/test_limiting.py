"""Rate limits: one decision by other packages, and by ours on every storage."""

import resource
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import RequestFactory
from django_ratelimit.core import is_ratelimited
from limits import parse
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.throttling import UserRateThrottle

from bench.race import Work, race
from django_rustaccel.core.limiting import Limiter
from django_rustaccel.drf import throttling
from django_rustaccel.middleware import RateLimitMiddleware
from limiting import storages

RATE = "100000000/h"
KEYS = 1_000_000


@pytest.fixture
def shared() -> Iterator[str]:
    with storages.shared(capacity=100_000) as url:
        yield url


def decision(limiter: Limiter) -> Work:
    request = RequestFactory().get("/")
    return lambda: b"%d" % limiter.hit(request.META["REMOTE_ADDR"]).allowed


def django_ratelimit() -> bytes:
    limited = is_ratelimited(REQUEST, group="bench", key="ip", rate=RATE, increment=True)
    return b"%d" % (not limited)


REQUEST = RequestFactory().get("/")


def test_local(benchmark: BenchmarkFixture) -> None:
    race(
        benchmark,
        decision(Limiter(RATE)),
        stock=django_ratelimit,
        title="rate limit in one process; stock is django-ratelimit on `LocMemCache`",
        goal=20,
    )


def test_shared(benchmark: BenchmarkFixture, shared: str) -> None:
    race(
        benchmark,
        decision(Limiter(RATE, shared)),
        stock=django_ratelimit,
        title="rate limit across processes; stock is django-ratelimit on `LocMemCache`",
        goal=10,
    )


def test_redis(benchmark: BenchmarkFixture) -> None:
    storages.need_redis()
    prefix = storages.unique()
    theirs, item = MovingWindowRateLimiter(RedisStorage(storages.REDIS)), parse("10000/second")
    race(
        benchmark,
        decision(Limiter("10000000/s", storages.REDIS, prefix=prefix)),
        stock=lambda: b"%d" % theirs.hit(item, prefix),
        title="rate limit in Redis; stock is `limits`, moving window",
        goal=1,
    )


def test_throttle(benchmark: BenchmarkFixture) -> None:
    cache.clear()
    race(
        benchmark,
        throttled(throttling.UserRateThrottle),
        stock=throttled(UserRateThrottle),
        title="DRF's `UserRateThrottle` of 100 a minute, all of them used",
        goal=1,
    )


def throttled(throttle: Any) -> Work:
    limited = type("Limited", (throttle,), {"rate": "100/min", "get_ident": lambda *_: "one"})
    limited.cache_format = f"{throttle.__module__}.%(scope)s.%(ident)s"
    request: Any = RequestFactory().get("/")
    request.user = None
    for _ in range(100):
        assert limited().allow_request(request, None)
    return lambda: b"%d" % limited().allow_request(request, None)


def test_middleware(benchmark: BenchmarkFixture, settings: Any) -> None:
    settings.RUSTACCEL = {"RATE_LIMIT": {"RATE": RATE, "KEY": "ip"}}
    limited, bare = RateLimitMiddleware(respond), Bare(respond)
    race(
        benchmark,
        lambda: limited(REQUEST).content,
        stock=lambda: bare(REQUEST).content,
        title="`RateLimitMiddleware`; stock does nothing (goal 0.005 ms more)",
        goal=0,
    )


def respond(request: Any) -> HttpResponse:
    return HttpResponse(b"served")


class Bare:
    """A middleware that does nothing."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        return response


@pytest.mark.parametrize("kind", ["local", "shared"])
@pytest.mark.parametrize("capacity", [100_000, KEYS])
def test_a_million_keys(kind: str, capacity: int) -> None:
    """What a million clients cost: memory, and the time of one decision of a hundred."""
    times = array("Q", bytes(8 * KEYS))
    with storages.shared(capacity) as shared:
        before = _resident()
        limiter = Limiter("5/m", shared if kind == "shared" else f"local://?capacity={capacity}")
        for number in range(KEYS):
            key = f"192.0.2.{number}"
            started = time.perf_counter_ns()
            limiter.hit(key)
            times[number] = time.perf_counter_ns() - started
        grown = _resident() - before
    ordered = sorted(times)
    median, late = ordered[KEYS // 2], ordered[KEYS * 99 // 100]
    print(
        f"\n{KEYS} keys, {kind}, capacity {capacity}: median {median} ns, "
        f"99 of 100 within {late} ns, {grown / 1e6:.0f} MB more"
    )
    assert median < late


def _resident() -> int:
    """The bytes that this process has in memory, shared ones among them; elsewhere the most."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
