"""One limiter on every storage: the same decisions, whatever comes."""

import asyncio
import math
import pickle

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from django_rustaccel.core.limiting import ALGORITHMS, Decision, Limiter
from limiting.storages import REDIS, every_storage, need_redis, unique

every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)


class Clock:
    def __init__(self, now=1_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


def passed(limiter, count, key="key"):
    return sum(limiter.hit(key).allowed for _ in range(count))


@every_storage
@every_algorithm
def test_exactly_the_limit_passes(storage, algorithm, prefix):
    limiter = Limiter("50/h", storage, algorithm, prefix)
    assert passed(limiter, 60) == 50
    assert passed(limiter, 60, "another") == 50
    decision = limiter.hit("key")
    assert (decision.allowed, decision.limit, decision.remaining) == (False, 50, 0)
    assert 0 < decision.retry_after <= 7200
    assert not decision


@every_storage
@every_algorithm
def test_peek_and_reset(storage, algorithm, prefix):
    limiter = Limiter("3/h", storage, algorithm, prefix)
    assert limiter.peek("key") == Decision(True, 3, 3, 0.0, 0.0)
    assert limiter.hit("key", 2).remaining == 1
    assert limiter.peek("key").remaining == 1
    assert not limiter.peek("key", 2)
    assert limiter.peek("key").allowed
    limiter.reset("key")
    assert limiter.peek("key") == Decision(True, 3, 3, 0.0, 0.0)
    assert limiter.hit("key", 3).allowed
    limiter.reset("never seen")


@every_storage
@every_algorithm
def test_async_twins(storage, algorithm, prefix):
    limiter = Limiter("2/h", storage, algorithm, prefix)

    async def run():
        first = [(await limiter.ahit("key")).allowed for _ in range(3)]
        peeked = (await limiter.apeek("key")).remaining
        await limiter.areset("key")
        return first, peeked, (await limiter.apeek("key")).remaining

    for _ in range(2):  # connections belong to a loop: the second one has its own
        assert asyncio.run(run()) == ([True, True, False], 0, 2)
        limiter.reset("key")


@every_storage
@every_algorithm
def test_several_rates_all_hold(storage, algorithm, prefix):
    clock = Clock()
    limiter = Limiter("2/s; 5/h", storage, algorithm, prefix, clock=clock)
    assert passed(limiter, 9) == 2
    clock.now += 10
    assert passed(limiter, 9) == 2
    clock.now += 10
    # What the first rate refused was not counted by the second.
    assert passed(limiter, 9) == 1
    refused = limiter.hit("key")
    assert (refused.limit, refused.remaining) == (5, 0)
    assert refused.retry_after > 600


@every_storage
@every_algorithm
def test_costs(storage, algorithm, prefix):
    limiter = Limiter("10/h", storage, algorithm, prefix)
    never = limiter.hit("key", 11)
    assert not never.allowed
    assert never.retry_after == math.inf
    assert limiter.hit("key", 0).remaining == 10
    assert limiter.hit("key", 7).remaining == 3
    assert not limiter.hit("key", 4)
    assert limiter.hit("key", 3).remaining == 0
    assert limiter.hit("key", 0).allowed
    with pytest.raises(OverflowError):
        limiter.hit("key", -1)


@every_storage
def test_prefixes_and_rates_are_counted_apart(storage, prefix):
    for text in ("1/h", "1/m"):
        for part in ("one", "two"):
            limiter = Limiter(text, storage, prefix=f"{prefix}{part}")
            assert passed(limiter, 2) == 1


@every_storage
@pytest.mark.parametrize(
    "key",
    ["", "}", "{a}", "a" * 10_000, "ü\n\0", "\ud800", "::", " "],
    ids=lambda key: ascii(key)[:9],
)
def test_odd_keys(storage, prefix, key):
    limiter = Limiter("2/h; 3/d", storage, prefix=prefix)
    assert passed(limiter, 5, key) == 2
    limiter.reset(key)
    assert passed(limiter, 5, key) == 2


@every_storage
def test_burst(storage, prefix):
    clock = Clock()
    limiter = Limiter("60/m", storage, prefix=prefix, burst=5, clock=clock)
    assert passed(limiter, 9) == 5
    clock.now += 2
    assert passed(limiter, 9) == 2
    clock.now += 3600
    assert passed(limiter, 9) == 5


@every_storage
@every_algorithm
def test_a_clock_that_is_set_back_and_on(storage, algorithm, prefix):
    clock = Clock()
    limiter = Limiter("5/m", storage, algorithm, prefix, clock=clock)
    assert passed(limiter, 9) == 5
    clock.now -= 100_000
    assert passed(limiter, 9) == 0
    clock.now += 121
    assert passed(limiter, 9) == 5
    clock.now += 1_000_000
    assert passed(limiter, 9) == 5


steps = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 0.5, 1, 3, 9.75, 60, 200]),
        st.sampled_from([1, 1, 1, 0, 2, 5]),
        st.booleans(),
    ),
    max_size=25,
)


@every_algorithm
@settings(max_examples=25)
@given(steps=steps, rate=st.sampled_from(["4/10s", "1/s", "7/m; 3/2s", "9/m"]))
# What one rate counted is given back when the other refuses: its window has not begun.
@example(steps=[(0, 5, False), (0.5, 1, False)], rate="7/m; 3/2s")
def test_redis_decides_as_memory_does(algorithm, steps, rate):
    need_redis()
    clock, prefix = Clock(), unique()
    here = Limiter(rate, "local://", algorithm, prefix, clock=clock)
    there = Limiter(rate, REDIS, algorithm, prefix, clock=clock)
    for later, cost, peeks in steps:
        clock.now += later
        ask = "peek" if peeks else "hit"
        one, other = getattr(here, ask)("key", cost), getattr(there, ask)("key", cost)
        assert (one.allowed, one.limit, one.remaining) == (
            other.allowed,
            other.limit,
            other.remaining,
        )
        # A sliding window keeps its beginning to a millisecond, Redis its times to a microsecond.
        assert one.retry_after == pytest.approx(other.retry_after, abs=0.003)
        assert one.reset_after == pytest.approx(other.reset_after, abs=0.003)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": "often"}, "no rate"),
        ({"rate": "1/m", "storage": "memcached://"}, "no storage"),
        ({"rate": "1/m", "storage": "local://?size=3"}, "capacity"),
        ({"rate": "1/m", "storage": "local://?capacity=0"}, "capacity"),
        ({"rate": "1/m", "storage": "shared://../../etc"}, "no name"),
        ({"rate": "1/m", "algorithm": "leaky"}, "unknown algorithm"),
        ({"rate": "2000000/h", "algorithm": "sliding-window"}, "at most"),
        ({"rate": "1/9999w"}, "period"),
        ({"rate": "1/m", "on_storage_error": "panic"}, "open, closed, local"),
    ],
)
def test_what_is_no_limiter(arguments, message):
    with pytest.raises(ValueError, match=message):
        Limiter(**arguments)


def test_local_tables_are_one_a_limiter_or_known_by_name():
    assert [passed(Limiter("1/h"), 1) for _ in range(2)] == [1, 1]
    name = unique()
    assert [passed(Limiter("1/h", f"local://{name}"), 1) for _ in range(2)] == [1, 0]


def test_many_keys_take_no_more_memory_and_busy_ones_are_kept():
    clock = Clock()
    limiter = Limiter("2/m", "local://?capacity=1000", clock=clock)
    for number in range(50_000):
        assert limiter.hit(f"{number}").allowed
    clock.now += 1
    assert passed(limiter, 3, "busy") == 2
    for number in range(200):
        limiter.hit(f"more {number}")
    assert passed(limiter, 3, "busy") == 0


def test_a_decision_is_a_value():
    decision = Decision(True, 10, 9, 0.0, 6.0)
    assert decision == Decision(True, 10, 9, 0.0, 6.0) != Decision(False, 10, 9, 0.0, 6.0)
    assert repr(decision) == (
        "Decision(allowed=True, limit=10, remaining=9, retry_after=0.000, reset_after=6.000)"
    )
    match decision:
        case Decision(allowed, limit):
            assert (allowed, limit) == (True, 10)
    with pytest.raises(AttributeError):
        decision.allowed = False
    assert pickle.loads(pickle.dumps(decision)) == decision
