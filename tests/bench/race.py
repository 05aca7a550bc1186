"""One race: stock, ours and the reference points run in turn, round by round, in one process.

Running in turn matters more than running long: a shared machine drifts by tens of percent within
minutes, and a ratio of two medians taken minutes apart says more about the drift.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

import databases
from engines import running

Work = Callable[[], Any]
SECONDS_A_RACE = 8.0
ROUNDS = range(15, 400)


def race(
    benchmark: BenchmarkFixture,
    work: Work,
    *,
    title: str,
    goal: float,
    references: dict[str, Work] | None = None,
) -> None:
    """Time `work` on both engines and the `references`, which run with acceleration off.

    `goal` is the least ratio of stock's median to ours, from the speed contract. Everything is
    put into ``benchmark.extra_info`` and the ratio printed; equal bytes are asserted first.
    """
    field = {"stock": on("stock", work)}
    field |= {name: on("stock", run) for name, run in (references or {}).items()}
    ours = on("rustaccel", work)
    expected = field["stock"]()
    assert isinstance(expected, bytes)
    assert ours() == expected

    times: dict[str, list[float]] = {name: [] for name in field}
    rounds = _rounds([*field.values(), ours])
    benchmark.pedantic(ours, setup=lambda: _run_in_turn(field, times), rounds=rounds)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    medians["ours"] = statistics.median(benchmark.stats.stats.data)
    _report(benchmark, title, goal, medians)


def on(engine: str, work: Work) -> Work:
    def run() -> Any:
        with running(engine):
            return work()

    return run


def elapsed(run: Work) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _run_in_turn(field: dict[str, Work], times: dict[str, list[float]]) -> None:
    for name, run in field.items():
        times[name].append(elapsed(run))


def _rounds(runs: list[Work]) -> int:
    fitting = int(SECONDS_A_RACE / sum(elapsed(run) for run in runs))
    return max(ROUNDS.start, min(fitting, ROUNDS.stop))


def _report(
    benchmark: BenchmarkFixture, title: str, goal: float, medians: dict[str, float]
) -> None:
    ratio = medians["stock"] / medians["ours"]
    benchmark.extra_info.update(
        title=title, goal=goal, database=databases.selected(), medians=medians, ratio=ratio
    )
    columns = ", ".join(f"{name} {1000 * seconds:.2f} ms" for name, seconds in medians.items())
    print(f"\n{title} on {databases.selected()}: {ratio:.1f}x (goal {goal:g}x); {columns}")
