"""Summaries of lists of numbers: as Python's own, for any of them, while other threads run."""

import math
import statistics
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel.core.numbers import Summary, summarize

numbers = st.lists(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60), min_size=1
)


@given(numbers)
def test_python_says_the_same(values):
    said = summarize(values)
    values = [float(value) for value in values]
    assert (said.size, said.minimum, said.maximum) == (len(values), min(values), max(values))
    largest = max(map(abs, values))
    exact = [value / largest if largest else 0.0 for value in values]
    assert said.mean == pytest.approx(statistics.fmean(exact) * largest, abs=largest * 1e-12)
    assert said.deviation == pytest.approx(statistics.pstdev(exact) * largest, abs=largest * 1e-7)
    assert said.median == pytest.approx(statistics.median(exact) * largest, abs=largest * 1e-12)


def test_a_summary():
    assert summarize([4, 1.0, 3]) == Summary(3, 8 / 3, pytest.approx(1.247219), 1.0, 3.0, 4.0)
    assert summarize([0.0, -0.0]) == Summary(2, 0, 0, 0, 0, 0)
    assert summarize([1.7e308, 1.7e308]) == Summary(2, 1.7e308, 0, 1.7e308, 1.7e308, 1.7e308)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([], ValueError),
        ([1.0, math.nan], ValueError),
        ([math.inf], ValueError),
        (["1"], TypeError),
        ("12", TypeError),
        ([None], TypeError),
        ([10**400], OverflowError),
        (5, TypeError),
    ],
)
def test_what_has_no_summary(values, error):
    with pytest.raises(error):
        summarize(values)


@pytest.fixture
def only_who_lets_go():
    """Have no thread lose its turn that does not give it away."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(100)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("only_who_lets_go")
def test_other_threads_run_meanwhile():
    values = [math.sin(number) for number in range(2_000_000)]
    turns, is_over = [], threading.Event()

    def take_turns():
        while not is_over.is_set():
            turns.append(time.perf_counter())
            time.sleep(0.001)

    thread = threading.Thread(target=take_turns)
    thread.start()
    started = time.perf_counter()
    summarize(values)
    ended = time.perf_counter()
    is_over.set()
    thread.join()
    assert sum(started < turn < ended for turn in turns) >= 3
