"""Redis behind a local level: changes by others are seen at once, outages leave nothing old."""

import asyncio
import logging
import socket
import sys
import threading
import time
from contextlib import contextmanager
from itertools import count

import pytest
import redis
from django.core.cache import caches
from django.test import override_settings

from django_rustaccel.cache import TwoLevelCache
from django_rustaccel.core import tracking as module

SECONDS = 10
#: So long that no test sees an end of it.
STALENESS = 300
numbers = count()


@contextmanager
def host(server, **options):
    """A front with a local level of its own, as on another host; it hears of changes."""
    options = {"L2": "redis", "STALENESS": STALENESS, **options}
    front = TwoLevelCache(f"host {next(numbers)}", {"OPTIONS": options})
    front.get("anything")
    tracking = front._level.tracking
    if tracking is not None:
        until(lambda: tracking.is_live)
    yield front
    if tracking is not None:
        tracking.stop()


@pytest.fixture
def far(server):
    url = f"redis://127.0.0.1:{server.port}/3"
    backend = "django.core.cache.backends.redis.RedisCache"
    settings = {
        "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
        "redis": {"BACKEND": backend, "LOCATION": url, "KEY_PREFIX": "site"},
    }
    with override_settings(CACHES=settings):
        yield caches["redis"]


@pytest.fixture
def client(server):
    with redis.Redis(port=server.port, db=3) as client:
        yield client


def until(holds):
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.002)


def test_hosts_hear_of_each_other(server, far):
    with host(server) as one, host(server) as two:
        one.set("key", "old")
        until(lambda: held(two, "key", "old"))
        one.set("key", "new")
        until(lambda: two.get("key") == "new")
        until(lambda: held(two, "key", "new"))
        one.delete("key")
        until(lambda: two.get("key") is None)


def held(front, key, value):
    """Whether the value is in the local level."""
    assert front.get(key) in (value, None)
    before = front.statistics()["hits"]
    return front.get(key) == value and front.statistics()["hits"] == before + 1


@pytest.mark.parametrize("name", ["other program", "expiry", "flush", "version", "unusual key"])
def test_whoever_changes_something(server, far, client, name):
    key = "schlüssel" if name == "unusual key" else "key"
    with host(server) as front:
        far.set(key, "old", 1 if name == "expiry" else None)
        until(lambda: held(front, key, "old"))
        if name == "other program":
            client.set("site:1:key", 5)
            until(lambda: front.get("key") == 5)
        elif name == "version":
            far.incr_version("key")
            until(lambda: front.get("key") is None)
            assert front.get("key", version=2) == "old"
        else:
            if name != "expiry":
                client.flushdb() if name == "flush" else far.delete(key)
            until(lambda: front.get(key) is None)


def test_others_keys_are_not_told(server, far, client):
    with host(server) as front:
        forgotten = front._level.forgotten
        client.set("elsewhere:1:key", 1)
        far.set("key", 1)
        until(lambda: front._level.forgotten > forgotten)
        assert front._level.forgotten == forgotten + 1


def test_a_front_with_a_space_of_its_own_hears_too(server, far):
    params = {"KEY_PREFIX": "a", "OPTIONS": {"L2": "redis", "STALENESS": STALENESS}}
    fronts = [TwoLevelCache(f"host {next(numbers)}", params) for _ in range(2)]
    fronts[0].set("key", "old")
    until(lambda: fronts[1].get("key") == "old" and fronts[1]._level.tracking.is_live)
    until(lambda: held(fronts[1], "key", "old"))
    fronts[0].set("key", "new")
    until(lambda: fronts[1].get("key") == "new")
    for front in fronts:
        front._level.tracking and front._level.tracking.stop()


def test_a_lost_connection_leaves_nothing_and_is_made_again(server, far, caplog):
    with host(server) as front, caplog.at_level(logging.WARNING, "django_rustaccel.cache"):
        far.set("key", "old", None)
        until(lambda: held(front, "key", "old"))
        server.stop()
        until(lambda: not front._level.tracking.is_live)
        with pytest.raises(redis.RedisError):
            front.get("key")
        time.sleep(0.5)
        told = [record for record in caplog.records if record.name == "django_rustaccel.cache"]
        assert len(told) == 1
        server.start()
        far.set("key", "new", None)
        until(lambda: front._level.tracking.is_live)
        until(lambda: held(front, "key", "new"))
        far.set("key", "newer", None)
        until(lambda: front.get("key") == "newer")


def test_without_a_server_values_are_kept_for_their_time(server, far, monkeypatch):
    now = time.time()
    with host(server, INVALIDATION=None) as front:
        assert front._level.tracking is None
        far.set("key", "old", None)
        assert front.get("key") == "old"
        far.set("key", "new", None)
        assert front.get("key") == "old"
        monkeypatch.setattr("time.time", lambda: now + STALENESS + 10)
        assert front.get("key") == "new"


def test_another_source_of_changes(server, far):
    url = f"redis://127.0.0.1:{server.port}/0?protocol=3"
    with host(server, INVALIDATION=url) as front:
        far.set("key", "old", None)
        until(lambda: held(front, "key", "old"))
        far.set("key", "new", None)
        until(lambda: front.get("key") == "new")


def test_a_server_that_says_nothing_is_given_up(far, monkeypatch):
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connect = module.connection_maker(
            redis.ConnectionPool,
            f"redis://127.0.0.1:{silent.getsockname()[1]}",
            {"socket_timeout": 0.1},
        )
        from django_rustaccel.core.caching import CacheStore

        level = module.LocalLevel(CacheStore(10, 1000))
        tracking = module.Tracking(level, connect, "", 0.1)
        tracking.start()
        until(lambda: level.cleared >= 2)
        assert not tracking.is_live
        tracking.stop()


def test_a_stopped_server_has_to_answer(server, far):
    """It keeps the connection and says nothing: as behind a firewall that forgot it."""
    import signal

    if sys.platform == "win32":
        pytest.skip("this system cannot stop a process")
    with host(server, STALENESS=0.3) as front:
        server.process.send_signal(signal.SIGSTOP)
        until(lambda: not front._level.tracking.is_live)
        server.process.send_signal(signal.SIGCONT)
        until(lambda: front._level.tracking.is_live)


def test_pings_keep_a_quiet_connection(server, far):
    with host(server, STALENESS=0.05) as front:
        cleared = front._level.cleared
        time.sleep(0.5)
        assert (front._level.cleared, front._level.tracking.is_live) == (cleared, True)


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_listens_for_itself(server, far):
    from hashing.forked import exit_code_of_child

    with host(server) as front:
        far.set("key", "old", None)
        until(lambda: held(front, "key", "old"))

        def in_child():
            if front.statistics()["entries"] or front._level.tracking.is_live:
                return False
            assert front.get("key") == "old"
            until(lambda: front._level.tracking.is_live)
            until(lambda: held(front, "key", "old"))
            far.set("key", "new", None)
            until(lambda: front.get("key") == "new")
            return True

        assert exit_code_of_child(in_child) == 0
        assert front._level.tracking.is_live
        until(lambda: front.get("key") == "new")


def test_async(server, far):
    with host(server) as one, host(server) as two:

        async def main():
            await one.aset("n", 1, None)
            assert await two.aget("n") == 1
            await asyncio.gather(*(one.aincr("n") for _ in range(20)))
            assert await far.aget("n") == 21
            end = time.monotonic() + SECONDS
            while await two.aget("n") != 21:
                assert time.monotonic() < end
                await asyncio.sleep(0.002)
            await one.aset_many({"a": 1, "b": [2]})
            assert await two.aget_many(["a", "b", "c"]) == {"a": 1, "b": [2]}
            await one.adelete_many(["a", "n"])
            assert await one.aget_or_set("n", lambda: 7) == 7
            assert await one.aadd("n", 8) is False

        asyncio.run(main())


def test_counters_of_many_hosts_and_threads(server, far):
    with host(server) as one, host(server) as two:
        one.set("n", 0, None)

        def work(front):
            for _ in range(100):
                front.incr("n")
                front.get("n")

        threads = [threading.Thread(target=work, args=(each,)) for each in (one, two) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        until(lambda: one.get("n") == two.get("n") == 400)
        assert sum(each.add("once", 1) for each in (one, two)) == 1
