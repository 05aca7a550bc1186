"""Whatever is done in whatever order, the cache holds what LocMemCache would."""

import random
import threading
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cache.making import both, fresh
from django_rustaccel.cache import RustCache

keys = st.sampled_from(["a", "b", "ü", "with-dash"])
values = st.one_of(
    st.integers(), st.text(max_size=5), st.binary(max_size=5), st.none(), st.lists(st.booleans())
)
timeouts = st.sampled_from([None, 0, -1, 1, 2.5, 10, 300])
versions = st.sampled_from([None, 1, 2])


class SameAsLocMem(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.caches = both({"TIMEOUT": 5})
        self.now = 1_700_000_000.0
        self.clock = mock.patch("time.time", self.read_clock)
        self.clock.start()

    def read_clock(self):
        return self.now

    def teardown(self):
        self.clock.stop()

    def same(self, method, *arguments):
        found, expected = (self.outcome(cache, method, arguments) for cache in self.caches)
        assert found == expected
        assert type(found) is type(expected)

    def outcome(self, cache, method, arguments):
        try:
            return getattr(cache, method)(*arguments)
        except (TypeError, ValueError) as error:
            return type(error).__name__, str(error)

    @rule(seconds=st.sampled_from([0.5, 1, 3, 200]))
    def wait(self, seconds):
        self.now += seconds

    @rule(
        method=st.sampled_from(["set", "add", "get_or_set"]),
        key=keys,
        value=values,
        timeout=timeouts,
        version=versions,
    )
    def put(self, method, key, value, timeout, version):
        self.same(method, key, value, timeout, version)

    @rule(key=keys, value=values, version=versions)
    def put_for_the_standard_time(self, key, value, version):
        for cache in self.caches:
            cache.set(key, value, version=version)

    @rule(key=keys, delta=st.integers(-5, 2**70), version=versions)
    def add_up(self, key, delta, version):
        self.same("incr", key, delta, version)

    @rule(key=keys, timeout=timeouts, version=versions)
    def touch(self, key, timeout, version):
        self.same("touch", key, timeout, version)

    @rule(key=keys, version=versions)
    def delete(self, key, version):
        for cache in self.caches:
            cache.get(key, version=version)  # LocMem says True for what is over but was not seen
        self.same("delete", key, version)

    @rule(key=keys)
    def next_version(self, key):
        self.same("incr_version", key)

    @rule()
    def clear(self):
        self.same("clear")

    @invariant()
    def holds_the_same(self):
        for version in (1, 2, 3):
            self.same("get_many", ["a", "b", "ü", "with-dash"], version)


SameAsLocMem.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_same_as_locmem = SameAsLocMem.TestCase


def in_threads(count, work):
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_no_sum_is_lost():
    cache = fresh(RustCache)
    cache.set("native", 0)
    cache.set("pickled", Total(0))

    def work(number):
        for _ in range(500):
            cache.incr("native", number)
            cache.incr("pickled")

    in_threads(8, work)
    assert cache.get("native") == 500 * sum(range(8))
    assert cache.get("pickled").value == 4000


class Total:
    """Pickled; adding to it runs Python, in which other threads get their turn."""

    def __init__(self, value):
        self.value = value

    def __add__(self, other):
        return Total(self.value + other)


def test_one_of_many_adds():
    cache = fresh(RustCache)
    added = []

    def work(number):
        added.extend(key for key in range(200) if cache.add(key, number))

    in_threads(8, work)
    assert sorted(added) == list(range(200))


def test_threads_in_a_cache_that_is_too_small():
    """Every value that is found is the one of its key."""
    cache = fresh(RustCache, OPTIONS={"MAX_ENTRIES": 20})
    wrong = []

    def work(number):
        choose = random.Random(number)
        for _ in range(3000):
            key = choose.randrange(100)
            cache.set(key, [key])
            found = cache.get(choose.randrange(100))
            known = cache.get(key, [key])
            if known != [key] or (found is not None and found[0] not in range(100)):
                wrong.append((key, known, found))
            if choose.random() < 0.1:
                cache.delete(key)

    in_threads(8, work)
    assert wrong == []
    assert cache.statistics()["entries"] <= 20
