"""What Django's in-memory cache does, and ours the same."""

import asyncio
import datetime
import math
import pickle
import subprocess
import sys
import warnings
from functools import partial
from inspect import iscoroutinefunction

import pytest
from django.core.cache import CacheKeyWarning, caches
from django.core.cache.backends.base import BaseCache
from django.test import override_settings
from django.utils.safestring import SafeString, mark_safe

from cache.making import both, fresh
from django_rustaccel.cache import RustCache

VALUES = [
    "text",
    "ü" * 1000,
    "\ud800",
    b"",
    b"bytes" * 100_000,
    0,
    -(10**30),
    1.5,
    math.inf,
    True,
    None,
    [1, {"a": (2, 3)}],
    {"a": datetime.date(2024, 2, 29)},
    mark_safe("<b>"),
    ("a", 1),
    frozenset([1]),
    bytearray(b"x"),
]


@pytest.fixture
def cache():
    return fresh(RustCache)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_come_back_as_they_were(cache, value):
    cache.set("key", value)
    found = cache.get("key", "default")
    assert found == value
    assert type(found) is type(value)


def test_what_can_change_is_a_copy(cache):
    value = [1]
    cache.set("key", value)
    value.append(2)
    cache.get("key").append(3)
    assert cache.get("key") == [1]
    assert type(cache.get_or_set("text", SafeString("x"))) is SafeString


def test_what_cannot_change_is_not_copied(cache):
    value = b"x" * 1_000_000
    cache.set("key", value)
    assert cache.get("key") is value


def outcome(call):
    """What a call gives, or which exception with which text, and what it warns of, once each."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = call()
        except Exception as error:
            answer = (type(error), str(error))
    return answer, {(each.category, str(each.message)) for each in caught}


class Unpicklable:
    def __getstate__(self):
        raise pickle.PickleError("no")


CALLS = {
    "get missing": lambda cache: cache.get("missing"),
    "get default": lambda cache: cache.get("missing", default=7),
    "get version": lambda cache: cache.get("one", version=2),
    "get text version": lambda cache: (cache.set("x", 1, version="v"), cache.get("x", version="v")),
    "get number": lambda cache: cache.get(1),
    "get space": lambda cache: cache.get("with space"),
    "set control": lambda cache: (cache.set("a\x7fb", 1), cache.get("a\x7fb")),
    "get long": lambda cache: cache.get("k" * 251),
    "get just short": lambda cache: cache.get("k" * 246),
    "get long umlauts": lambda cache: cache.get("ü" * 200),
    "get surrogate": lambda cache: (cache.set("\ud800", 1), cache.get("\ud800")),
    "add": lambda cache: (cache.add("one", 5), cache.add("new", 5), cache.get("one")),
    "add over": lambda cache: (cache.set("x", 1, 0), cache.add("x", 2), cache.get("x")),
    "set unpicklable": lambda cache: cache.set("x", Unpicklable()),
    "add unpicklable": lambda cache: cache.add("x", Unpicklable()),
    "incr": lambda cache: (cache.incr("one"), cache.incr("one", 10), cache.decr("one", 100)),
    "incr large": lambda cache: (cache.incr("one", 10**40), cache.get("one")),
    "incr float": lambda cache: (cache.set("x", 1.5), cache.incr("x", 2), cache.incr("x", 0.25)),
    "incr missing": lambda cache: cache.incr("missing"),
    "incr over": lambda cache: (cache.set("x", 1, -5), cache.incr("x")),
    "incr text": lambda cache: (cache.set("x", "a"), cache.incr("x")),
    "incr text by text": lambda cache: (cache.set("x", "a"), cache.incr("x", "b"), cache.get("x")),
    "incr list": lambda cache: (cache.set("x", [1]), cache.incr("x", [2]), cache.get("x")),
    "incr none": lambda cache: cache.incr("one", None),
    "incr true": lambda cache: (cache.set("x", True), cache.incr("x"), cache.get("x")),
    "touch": lambda cache: (cache.touch("one", 0), cache.get("one"), cache.touch("one")),
    "touch missing": lambda cache: cache.touch("missing"),
    "delete": lambda cache: (cache.delete("one"), cache.delete("one"), cache.get("one")),
    "has": lambda cache: (cache.has_key("one"), "one" in cache, "two" in cache),
    "many": lambda cache: (
        cache.set_many({"a": 1, "b": [2]}, timeout=10, version=3),
        cache.get_many(["a", "b", "c"], version=3),
        cache.delete_many(["a"], version=3),
        cache.get_many(["a", "b"], version=3),
    ),
    "versions": lambda cache: (cache.incr_version("one"), cache.get("one", version=2)),
    "version missing": lambda cache: cache.decr_version("missing"),
    "clear": lambda cache: (cache.clear(), cache.get("one")),
    "or set": lambda cache: (cache.get_or_set("one", 2), cache.get_or_set("x", lambda: [3])),
    "or set none": lambda cache: (cache.get_or_set("x", None), cache.has_key("x")),
    "or set raising": lambda cache: cache.get_or_set("x", lambda: 1 / 0),
    "or set over": lambda cache: (cache.get_or_set("x", lambda: 3, timeout=0), cache.get("x")),
    "float timeout": lambda cache: (cache.set("x", 1, 100.5), cache.get("x")),
    "true timeout": lambda cache: (cache.set("x", 1, True), cache.get("x")),
    "huge timeout": lambda cache: (cache.set("x", 1, 10**15), cache.get("x")),
    "text timeout": lambda cache: cache.set("x", 1, "10"),
    "odd timeout": lambda cache: cache.set("x", 1, datetime.timedelta(1)),
    "close": lambda cache: (cache.close(), cache.get("one")),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("params", [{}, {"KEY_PREFIX": "pre fix", "VERSION": 7, "TIMEOUT": None}])
def test_calls_end_as_in_django(name, params):
    mine, django = both(params)
    for each in (mine, django):
        outcome(partial(each.set, "one", 1))
    assert outcome(lambda: CALLS[name](mine)) == outcome(lambda: CALLS[name](django))


ASYNC = {
    "aget": (("one",), ("missing", 7)),
    "aset": (("x", 1, 10),),
    "aadd": (("one", 2), ("y", 3)),
    "atouch": (("one", 10), ("missing",)),
    "adelete": (("one",), ("missing",)),
    "ahas_key": (("one",), ("missing",)),
    "aincr": (("one",), ("one", 5), ("missing",)),
    "adecr": (("one", 5),),
    "aget_many": ((["one", "two"],),),
    "aset_many": (({"a": 1, "b": [2]},),),
    "adelete_many": ((["one"],),),
    "aincr_version": (("one",), ("missing",)),
    "adecr_version": (("one",),),
    "aget_or_set": (("one", 2), ("x", lambda: [3]), ("x", 4)),
    "aclear": ((),),
    "aclose": ((),),
}


@pytest.mark.parametrize("name", ASYNC)
def test_async_calls_end_as_in_django_on_the_loop_itself(name):
    mine, django = both({})
    for each in (mine, django):
        each.set("one", 1)
    for arguments in ASYNC[name]:
        expected = outcome(lambda a=arguments: asyncio.run(await_it(django, name, a)))
        assert outcome(lambda a=arguments: step(mine, name, a)) == expected


def test_no_async_call_is_left_out():
    assert {name for name, value in vars(BaseCache).items() if iscoroutinefunction(value)} == {
        *ASYNC
    }


async def await_it(cache, name, arguments):
    return await getattr(cache, name)(*arguments)


def step(cache, name, arguments):
    """Run a coroutine that has nothing to wait for: no thread, no other turn of the loop."""
    try:
        getattr(cache, name)(*arguments).send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waited")


@pytest.mark.parametrize("timeout", [10, 10.5, 0.001])
def test_ends_are_exact(cache, timeout, monkeypatch):
    now = 1_700_000_000.0
    monkeypatch.setattr("time.time", lambda: now)
    cache.set("key", 1, timeout)
    now += timeout - 0.0001
    assert (cache.get("key"), cache.has_key("key"), cache.add("key", 2)) == (1, True, False)
    assert cache.incr("key") == 2
    now += 0.0001
    assert (cache.get("key"), cache.has_key("key"), cache.touch("key")) == (None, False, False)
    assert cache.add("key", 3, None)
    now += 10**9
    assert cache.get("key") == 3


class TestKeys:
    """Whoever makes keys or reads timeouts in another way is asked."""

    def test_key_functions_and_their_replacement(self, cache):
        cache.set("key", 1)
        own = fresh(RustCache, KEY_FUNCTION=lambda key, prefix, version: f"own/{key}")
        own.set("key", 2)
        own.key_func = cache.key_func
        assert own.get("key") is None
        own.key_prefix = "other"
        own.set("key", 3)
        own.version = 5
        assert own.get("key") is None
        assert own.get("key", version=1) == 3

    def test_subclasses_and_patches(self, cache, monkeypatch):
        class Quoting(RustCache):
            def make_key(self, key, version=None):
                return super().make_key(key, version).replace(" ", "%20")

            def get_backend_timeout(self, timeout=300):
                return None

        quoting = fresh(Quoting)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            quoting.set("a b", 1, timeout=-1)
            assert quoting.get("a b") == 1
        with monkeypatch.context() as patch:
            patch.setattr(cache, "make_key", lambda key, version=None: "always the same")
            with pytest.warns(CacheKeyWarning):
                cache.set("a", 1)
            with pytest.warns(CacheKeyWarning):
                assert cache.get("b") == 1
        assert cache.get("b") is None

    def test_overridden_methods_are_called(self):
        class Shouting(RustCache):
            def get(self, key, default=None, version=None):
                return str(super().get(key, default, version)).upper()

        shouting = fresh(Shouting)
        shouting.set("a", "text")
        assert shouting.get_many(["a"]) == {"a": "TEXT"}
        assert shouting.get("b", "default") == "DEFAULT"

    def test_the_standard_timeout_is_read_when_needed(self, cache):
        cache.default_timeout = 0
        cache.set("key", 1)
        assert cache.get("key") is None
        cache.default_timeout = None
        cache.set("key", 1)
        assert cache.get("key") == 1


class TestStores:
    def test_aliases_share_a_location(self):
        backend = {"BACKEND": "django_rustaccel.cache.RustCache"}
        settings = {
            "default": {**backend, "LOCATION": "shared"},
            "same": {**backend, "LOCATION": "shared"},
            "other": {**backend, "LOCATION": "not shared"},
        }
        with override_settings(CACHES=settings):
            caches["default"].clear()
            caches["default"].set("key", 1)
            assert caches["same"].get("key") == 1
            assert caches["other"].get("key") is None

    def test_bounds(self):
        cache = fresh(RustCache, OPTIONS={"MAX_ENTRIES": 50, "MAX_BYTES": 100_000})
        for number in range(500):
            cache.set(f"key-{number}", "x" * 100)
            assert cache.get(f"key-{number}") is not None
        found = cache.statistics()
        assert found["entries"] <= 50
        assert found["evictions"] == 500 - found["entries"]
        assert (found["hits"], found["misses"]) == (500, 0)
        for number in range(500):
            cache.set(f"key-{number}", b"x" * 30_000)
        assert cache.statistics()["bytes"] <= 100_000

    def test_bounds_are_those_of_the_first_cache_of_a_location(self):
        bounds = [{"MAX_ENTRIES": 50, "MAX_BYTES": 9_000}, {"MAX_ENTRIES": 70, "MAX_BYTES": 8_000}]
        first = fresh(RustCache, OPTIONS=bounds[0])
        found = RustCache(first._name, {"OPTIONS": bounds[1]}).statistics()
        assert (found["max_entries"], found["max_bytes"]) == (50, 9_000)

    @pytest.mark.parametrize("wrong", [0, -1, "1", True, None, 2**70])
    def test_wrong_bounds_are_told(self, wrong):
        with pytest.raises((ValueError, OverflowError)):
            fresh(RustCache, OPTIONS={"MAX_BYTES": wrong})

    def test_a_million_keys_stay_within_bounds(self):
        """In a process of its own: what is resident counts everything."""
        code = """
import resource
import django
from django.conf import settings
settings.configure()
from django_rustaccel.cache import RustCache
options = {"OPTIONS": {"MAX_ENTRIES": 2_000_000, "MAX_BYTES": 32 << 20}}
cache = RustCache("million", options)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
for number in range(1_000_000):
    cache.set(f"session:{number}", "x" * 200)
found = cache.statistics()
assert found["bytes"] <= 32 << 20, found
assert found["entries"] > 50_000, found
print((peak() - before) / 1024)
"""
        output = subprocess.check_output([sys.executable, "-c", code], text=True)
        assert float(output) < 64
