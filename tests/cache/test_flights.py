"""However many ask for a value that is not there, one computes it; and nobody waits for ever."""

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cache.making import fresh
from django_rustaccel.cache import RustCache
from django_rustaccel.core.flights import Flights

SECONDS = 20


@pytest.fixture
def cache():
    return fresh(RustCache)


class Computation:
    """Waits until it may end; counts how often it was begun."""

    def __init__(self, *results):
        self.results = list(results)
        self.begun = 0
        self.entered, self.may_end = threading.Event(), threading.Event()

    def __call__(self):
        self.begun += 1
        self.entered.set()
        assert self.may_end.wait(SECONDS)
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


def waiting(count):
    """Until so many threads wait in a flight's future."""
    from django_rustaccel.cache import backend as module

    end = time.monotonic() + SECONDS
    while len(module._flights._waiting) < count:
        assert time.monotonic() < end
        time.sleep(0.001)


def test_one_computes_for_all(cache):
    compute = Computation([1])
    with ThreadPoolExecutor(20) as threads:
        answers = [threads.submit(cache.get_or_set, "key", compute) for _ in range(20)]
        waiting(19)
        compute.may_end.set()
        values = [answer.result(SECONDS) for answer in answers]
    assert compute.begun == 1
    assert values == [[1]] * 20
    assert len({id(value) for value in values}) == 20


def test_after_an_error_the_next_one_computes(cache):
    compute = Computation(LookupError("first"), "second")
    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(cache.get_or_set, "key", compute) for _ in range(5)]
        waiting(4)
        compute.may_end.set()
        errors = [answer.exception(SECONDS) for answer in answers]
    assert [str(error) for error in errors if error] == ["first"]
    assert compute.begun == 2
    assert cache.get("key") == "second"


def test_what_is_not_kept_is_computed_by_each(cache):
    compute = Computation(*range(5))
    with ThreadPoolExecutor(5) as threads:
        answers = [threads.submit(cache.get_or_set, "key", compute, 0) for _ in range(5)]
        waiting(4)
        compute.may_end.set()
        assert sorted(answer.result(SECONDS) for answer in answers) == [0, 1, 2, 3, 4]


def test_keys_do_not_wait_for_each_other(cache):
    slow = Computation("slow")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(cache.get_or_set, "slow", slow)
        assert slow.entered.wait(SECONDS)
        assert cache.get_or_set("quick", lambda: 1) == 1
        assert fresh(RustCache).get_or_set("slow", lambda: 2) == 2
        assert cache.get_or_set("slow", lambda: 3, version=2) == 3
        slow.may_end.set()
        assert answer.result(SECONDS) == "slow"


def test_a_computation_may_ask_for_itself(cache):
    def outer():
        return cache.get_or_set("key", lambda: "inner") + "!"

    assert cache.get_or_set("key", outer) == "inner"


def test_two_that_need_each_other_do_not_wait_for_ever(cache):
    both_begun = threading.Barrier(2, timeout=SECONDS)

    def needs(other):
        def compute():
            both_begun.wait()
            return cache.get_or_set(other, lambda: f"{other} alone")

        return compute

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(cache.get_or_set, "a", needs("b"))
        second = threads.submit(cache.get_or_set, "b", needs("a"))
        found = {first.result(SECONDS), second.result(SECONDS)}
    assert found <= {"a alone", "b alone"}


def test_a_circle_of_three_ends():
    flights = Flights()
    begun = threading.Barrier(3, timeout=SECONDS)

    def ask(name, compute):
        while not (flight := flights.board(name)).is_mine:
            if flights.wait(flight):
                return f"{name} made by another"
        return flights.fly(name, flight, compute)

    def needs(other):
        def compute():
            begun.wait()
            return ask(other, lambda: "end")

        return compute

    with ThreadPoolExecutor(3) as threads:
        pairs = [("a", "b"), ("b", "c"), ("c", "a")]
        answers = [threads.submit(ask, name, needs(other)) for name, other in pairs]
        assert "end" in [answer.result(SECONDS) for answer in answers]
    assert not flights._under_way
    assert not flights._waiting


def test_tasks_wait_for_threads_and_the_loop_goes_on(cache):
    compute = Computation("made by a thread")

    async def main():
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(None, cache.get_or_set, "key", compute)
        await asyncio.to_thread(compute.entered.wait, SECONDS)
        tasks = [asyncio.create_task(cache.aget_or_set("key", compute)) for _ in range(5)]
        await asyncio.sleep(0)
        given_up = tasks.pop()
        given_up.cancel()
        await asyncio.sleep(0)
        assert not any(task.done() for task in tasks)
        compute.may_end.set()
        return await asyncio.wait_for(asyncio.gather(answer, *tasks), SECONDS)

    assert asyncio.run(main()) == ["made by a thread"] * 5
    assert compute.begun == 1


def test_tasks_compute_as_in_django(cache):
    async def main():
        calls = [cache.aget_or_set("key", lambda n=n: n) for n in range(3)]
        return await asyncio.gather(*calls)

    assert asyncio.run(main()) == [0, 0, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_has_entries_and_flights_of_its_own(cache):
    from hashing.forked import exit_code_of_child

    cache.set("key", "parent's")
    slow = Computation("slow")
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(cache.get_or_set, "slow", slow)
        assert slow.entered.wait(SECONDS)

        def in_child():
            inherited = cache.get("key") == "parent's"
            cache.set("key", "child's")
            return inherited and cache.get_or_set("slow", lambda: "child") == "child"

        assert exit_code_of_child(in_child) == 0
        slow.may_end.set()
        assert answer.result(SECONDS) == "slow"
    assert cache.get("key") == "parent's"


def test_a_computation_may_ask_for_itself_in_a_loop_of_its_own(cache):
    async def inner():
        return await asyncio.wait_for(cache.aget_or_set("key", lambda: "inner"), SECONDS)

    assert cache.get_or_set("key", lambda: asyncio.run(inner()) + "!") == "inner"


async def ask_in_task(flights, name, compute):
    while not (flight := flights.board(name, is_async=True)).is_mine:
        if await flights.await_(flight):
            return f"{name} made by another"
    return await flights.afly(name, flight, compute)


def test_a_circle_of_tasks_ends():
    flights = Flights()

    async def main():
        def needs(other):
            async def compute():
                await asyncio.sleep(0.01)  # until all have begun
                return await ask_in_task(flights, other, end)

            return compute

        async def end():
            return "end"

        pairs = [("a", "b"), ("b", "c"), ("c", "a")]
        calls = (ask_in_task(flights, name, needs(other)) for name, other in pairs)
        return await asyncio.wait_for(asyncio.gather(*calls), SECONDS)

    assert "end" in asyncio.run(main())
    assert not flights._under_way
    assert not flights._waiting


def test_a_circle_of_a_task_and_a_thread_ends():
    """The thread waits for the task, which would wait for what the thread computes."""
    flights = Flights()
    begun = threading.Event()

    def in_thread():
        flight = flights.board("thread's")
        begun.set()

        def compute():
            other = flights.board("task's")
            assert not other.is_mine
            flights.wait(other)
            return 1

        return flights.fly("thread's", flight, compute)

    async def main():
        async def compute():
            answer = asyncio.get_running_loop().run_in_executor(None, in_thread)
            await asyncio.to_thread(begun.wait, SECONDS)
            while not flights._waiting:
                await asyncio.sleep(0.001)
            return await ask_in_task(flights, "thread's", end), answer

        async def end():
            return "beside"

        return await asyncio.wait_for(ask_in_task(flights, "task's", compute), SECONDS)

    found, _ = asyncio.run(main())
    assert found == "beside"
