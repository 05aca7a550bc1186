"""The cache: Django's in-memory backend against ours, a thousand calls at a time."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.test import override_settings
from django.utils.connection import ConnectionProxy
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import Work, race
from django_rustaccel.cache import RustCache, TwoLevelCache
from django_rustaccel.cache.proxy import CacheProxy
from limiting import storages

CALLS = 1000
KEYS = [f"session:{number}" for number in range(100)]
PARAMS = {"OPTIONS": {"MAX_ENTRIES": 1000}}
TEXT = "a value of thirty characters.."
DATA = {"user": 7, "roles": ["editor", "author"], "theme": "dark"}
PAGE = {"rows": [DATA | {"id": number} for number in range(200)]}
#: Resident memory may be so many times what the cache counts.
HONEST = 1.15
numbers = count()


class Idle(BaseCache):
    """Does nothing: what is left is the proxy."""

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        return default

    def set(self, key: Any, value: Any, timeout: Any = None, version: Any = None) -> None:
        pass


def getting(cache: BaseCache, value: Any) -> Work:
    cache.set_many(dict.fromkeys(KEYS, value))

    def get() -> bytes:
        for _ in range(CALLS // len(KEYS)):
            found = [cache.get(key) for key in KEYS]
        return repr(found).encode()

    return get


def setting(cache: BaseCache, value: Any) -> Work:
    def set_all() -> bytes:
        for _ in range(CALLS // len(KEYS)):
            for key in KEYS:
                cache.set(key, value, 60)
        return repr(cache.get(KEYS[0])).encode()

    return set_all


@pytest.mark.parametrize(
    ("title", "work", "value", "goal"),
    [
        ("1,000 cache `get`, a text", getting, TEXT, 8),
        ("1,000 cache `set` with a timeout, a text", setting, TEXT, 5),
        ("1,000 cache `get`, a dict, by its pickle", getting, DATA, 1),
        ("1,000 cache `set` with a timeout, a dict", setting, DATA, 1),
    ],
)
def test_cache(benchmark: BenchmarkFixture, title: str, work: Any, value: Any, goal: float) -> None:
    race(
        benchmark,
        work(RustCache("bench", PARAMS), value),
        stock=work(LocMemCache("bench", PARAMS), value),
        title=title,
        goal=goal,
    )


@pytest.fixture
def aliases() -> Iterator[None]:
    """Every backend by an alias, to be asked for by proxies."""
    backends = {
        "ours": "django_rustaccel.cache.RustCache",
        "stock": "django.core.cache.backends.locmem.LocMemCache",
    }
    settings = {
        alias: {"BACKEND": backend, "LOCATION": "proxied", **PARAMS}
        for alias, backend in backends.items()
    }
    settings["default"] = settings["ours"]
    with override_settings(CACHES=settings):
        caches["idle"] = Idle({})
        yield


@pytest.mark.usefixtures("aliases")
@pytest.mark.parametrize("proxy", [CacheProxy, ConnectionProxy])
@pytest.mark.parametrize(("name", "work", "goal"), [("get", getting, 8), ("set", setting, 5)])
def test_through_the_proxy(
    benchmark: BenchmarkFixture, proxy: Any, name: str, work: Any, goal: float
) -> None:
    """As ``from django.core.cache import cache`` is used; stock is Django's proxy and backend."""
    is_ours = proxy is CacheProxy
    how = "ours behind the native proxy" if is_ours else "Django's own proxy before both"
    race(
        benchmark,
        work(proxy(caches, "ours"), TEXT),
        stock=work(ConnectionProxy(caches, "stock"), TEXT),
        references={"proxy alone": work(ConnectionProxy(caches, "idle"), TEXT)},
        title=f"1,000 `django.core.cache.cache.{name}`, a text, {how}",
        goal=goal if is_ours else 1,
    )


@pytest.mark.parametrize(("value", "goal"), [(DATA, 20), (PAGE, 2)], ids=["small", "200 rows"])
def test_in_front_of_redis(benchmark: BenchmarkFixture, value: Any, goal: float) -> None:
    storages.need_redis()
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": storages.REDIS,
        "KEY_PREFIX": storages.unique(),
    }
    with override_settings(CACHES={"default": redis, "redis": redis}):
        params = {"OPTIONS": {"L2": "redis", "STALENESS": 300, "MAX_ENTRIES": 1000}}
        front = TwoLevelCache(f"bench {next(numbers)}", params)
        try:
            race(
                benchmark,
                getting(front, value),
                stock=getting(caches["redis"], value),
                title=f"1,000 cache `get` of {len(repr(value)):,} characters, `L2` is Redis; "
                "stock is Redis alone",
                goal=goal,
            )
        finally:
            front.delete_many(KEYS)
            front._level.tracking and front._level.tracking.stop()


MILLION = """
import os, sys
import django
from django.conf import settings
settings.configure()
from django_rustaccel.cache import RustCache
most, size = int(sys.argv[1]), int(sys.argv[2])
cache = RustCache("million", {"OPTIONS": {"MAX_ENTRIES": most, "MAX_BYTES": size}})
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
before = resident()
for number in range(1_000_000):
    cache.set(f"session:{number}", "%0200d" % number)
print(resident() - before, cache.statistics()["bytes"], cache.statistics()["entries"])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="resident memory is read from /proc")
@pytest.mark.parametrize(("most", "size"), [(1_000_000, 1 << 30), (1_000_000, 64 << 20)])
def test_memory_of_a_million_keys(most: int, size: int) -> None:
    """In a process of its own: what is resident counts everything."""
    command = [sys.executable, "-c", MILLION, str(most), str(size)]
    resident, counted, entries = map(int, subprocess.check_output(command, text=True).split())
    print(
        f"\n1,000,000 `set` of 200 characters, MAX_BYTES {size >> 20} MiB: {entries:,} entries, "
        f"{counted / 2**20:.0f} MiB counted, {resident / 2**20:.0f} MiB resident"
    )
    assert counted <= size
    assert resident <= counted * HONEST
