"""Large values are kept compressed, and come back as they were."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cache.making import fresh
from django_rustaccel.cache import RustCache

LARGE = [
    "text " * 1000,
    "ümläut " * 1000,
    b"bytes " * 1000,
    ["list"] * 3000,
    {"key " * 500: ("value",) * 500},
    os.urandom(5000),
    "\ud800" * 5000,
    10**5000,
    bytearray(b"x" * 5000),
]


@pytest.fixture
def cache():
    return fresh(RustCache, OPTIONS={"COMPRESS": 1000})


@pytest.mark.parametrize("value", LARGE, ids=lambda value: type(value).__name__)
def test_values_come_back_as_they_were(cache, value):
    cache.set("key", value)
    for found in (cache.get("key"), cache.get("key"), cache.get_many(["key"])["key"]):
        assert found == value
        assert type(found) is type(value)
    assert cache.add("other", value)
    assert cache.get_or_set("third", lambda: value) == value


def test_they_take_less():
    plain, small = fresh(RustCache), fresh(RustCache, OPTIONS={"COMPRESS": 1000})
    for each in (plain, small):
        for number, value in enumerate(LARGE[:5]):
            each.set(number, value)
    assert small.statistics()["bytes"] * 5 < plain.statistics()["bytes"]


def test_small_ones_and_what_does_not_become_smaller_stay(cache):
    for value in (b"x" * 999, os.urandom(5000), 10**5000):
        cache.set("key", value)
        assert cache.get("key") is value
    cache.set("key", b"x" * 1000)
    assert cache.get("key") is not cache.get("key")


def test_sums_of_what_is_compressed(cache):
    cache.set("key", "x" * 1000)
    assert cache.incr("key", "y" * 1000) == "x" * 1000 + "y" * 1000
    assert cache.get("key") == "x" * 1000 + "y" * 1000


@given(st.one_of(st.text(), st.binary(), st.lists(st.text())))
def test_any_value(value):
    cache = fresh(RustCache, OPTIONS={"COMPRESS": 1})
    cache.set("key", value)
    assert cache.get("key") == value
