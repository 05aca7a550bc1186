"""While one computes a value anew, others take the old one."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cache.making import fresh
from cache.test_flights import Computation
from django_rustaccel.cache import RustCache

SECONDS = 20


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1_700_000_000.0

    monkeypatch.setattr("time.time", lambda: Clock.now)
    return Clock


@pytest.fixture(params=["argument", "option"])
def cache(request):
    if request.param == "option":
        return fresh(RustCache, OPTIONS={"STALE": 30})

    class Asking(RustCache):
        def get_or_set(self, *args, stale=30, **options):
            return super().get_or_set(*args, stale=stale, **options)

        async def aget_or_set(self, *args, stale=30, **options):
            return await super().aget_or_set(*args, stale=stale, **options)

    return fresh(Asking)


def test_others_take_the_old_value(cache, clock):
    assert cache.get_or_set("key", lambda: "old", 10) == "old"
    clock.now += 10
    assert cache.get("key") is None
    compute = Computation("new")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(cache.get_or_set, "key", compute, 10)
        assert compute.entered.wait(SECONDS)
        assert [cache.get_or_set("key", compute, 10) for _ in range(5)] == ["old"] * 5

        async def in_task():
            return await cache.aget_or_set("key", compute, 10)

        assert asyncio.run(in_task()) == "old"
        compute.may_end.set()
        assert answer.result(SECONDS) == "new"
    assert compute.begun == 1
    assert cache.get_or_set("key", lambda: "unused", 10) == "new"


@pytest.mark.parametrize("how", ["too old", "deleted", "not asked for"])
def test_others_wait_without_an_old_value(cache, clock, how):
    cache.get_or_set("key", lambda: "old", 10)
    clock.now += 40 if how == "too old" else 10
    if how == "deleted":
        cache.delete("key")
    stale = {"stale": 0} if how == "not asked for" else {}
    compute = Computation("new")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get_or_set, "key", compute, 10)
        assert compute.entered.wait(SECONDS)
        second = threads.submit(cache.get_or_set, "key", lambda: "unused", 10, **stale)
        threading.Timer(0.05, compute.may_end.set).start()
        assert (first.result(SECONDS), second.result(SECONDS)) == ("new", "new")


def test_an_error_is_its_callers(cache, clock):
    cache.get_or_set("key", lambda: "old", 10)
    clock.now += 10
    with pytest.raises(ZeroDivisionError):
        cache.get_or_set("key", lambda: 1 / 0, 10)
    assert cache.get_or_set("key", lambda: "new", 10) == "new"


def test_what_is_stale_is_not_there_for_anybody_else(cache, clock):
    cache.get_or_set("key", lambda: 1, 10)
    clock.now += 10
    assert (cache.has_key("key"), cache.touch("key"), cache.get_many(["key"])) == (False, False, {})
    with pytest.raises(ValueError, match="not found"):
        cache.incr("key")
    assert cache.add("key", 2)
    assert cache.get("key") == 2
