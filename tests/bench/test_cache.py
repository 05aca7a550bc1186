"""The cache: Django's in-memory backend against ours, a thousand calls at a time."""

from typing import Any

import pytest
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import Work, race
from django_rustaccel.cache import RustCache

CALLS = 1000
KEYS = [f"session:{number}" for number in range(100)]
PARAMS = {"OPTIONS": {"MAX_ENTRIES": 1000}}
TEXT = "a value of thirty characters.."
DATA = {"user": 7, "roles": ["editor", "author"], "theme": "dark"}


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
