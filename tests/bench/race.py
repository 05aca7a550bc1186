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
SECONDS_A_RACE = 10.0
SECONDS_A_TURN = 0.03
#: Fewer than these only where a round takes seconds.
ROUNDS = range(15, 100)
FEWEST_ROUNDS = 3
SECONDS_AT_MOST = 60.0


def race(
    benchmark: BenchmarkFixture,
    work: Work,
    *,
    title: str,
    goal: float,
    references: dict[str, Work] | None = None,
    stock: Work | None = None,
    note: str = "",
) -> None:
    """Time `work` on both engines and the `references`, which run with acceleration off.

    `stock` is the same work by other code, where it is not `work` itself that both engines run;
    such work is taken to need no database. `note` stands under the table. `goal` is the least
    ratio of stock's median to ours, from the speed contract. Everything is put into
    ``benchmark.extra_info`` and the ratio printed; equal bytes are asserted first.
    """
    field = {"stock": Contender("stock", stock or work)}
    field |= {name: Contender("stock", run) for name, run in (references or {}).items()}
    ours = Contender("rustaccel", work)
    expected = field["stock"].once()
    assert isinstance(expected, bytes)
    assert ours.once() == expected

    for contender in (*field.values(), ours):
        contender.warm_up()
    # What has become a habit by now has to give the same.
    assert ours.once() == expected
    times: dict[str, list[float]] = {name: [] for name in field}
    rounds = _rounds([*field.values(), ours])
    benchmark.pedantic(ours.turn, setup=lambda: _run_in_turn(field, times), rounds=rounds)
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    medians["ours"] = statistics.median(benchmark.stats.stats.data) / ours.calls
    database = "-" if stock else databases.selected()
    _report(benchmark, medians, title=title, goal=goal, database=database, note=note)


class Contender:
    """Work on one engine, and how many calls make one turn of it.

    A call of a millisecond that comes after another contender's tens of them measures whose code
    and data the processor's caches hold; a server calls the same thing again and again.
    """

    def __init__(self, engine: str, work: Work) -> None:
        self.engine = engine
        self.work = work
        self.calls = 1

    def once(self) -> Any:
        with running(self.engine):
            return self.work()

    def turn(self) -> None:
        with running(self.engine):
            for _ in range(self.calls):
                self.work()

    def warm_up(self) -> None:
        taken = elapsed(self.turn)
        if taken < SECONDS_A_RACE / ROUNDS.start:
            taken = min(taken, *(elapsed(self.turn) for _ in range(2)))
        self.calls = max(1, round(SECONDS_A_TURN / taken))


def elapsed(run: Work) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _run_in_turn(field: dict[str, Contender], times: dict[str, list[float]]) -> None:
    for name, contender in field.items():
        times[name].append(elapsed(contender.turn) / contender.calls)


def _rounds(contenders: list[Contender]) -> int:
    taken = sum(elapsed(contender.turn) for contender in contenders)
    fewest = max(FEWEST_ROUNDS, min(ROUNDS.start, int(SECONDS_AT_MOST / taken)))
    return max(fewest, min(int(SECONDS_A_RACE / taken), ROUNDS.stop))


def _report(benchmark: BenchmarkFixture, medians: dict[str, float], **about: Any) -> None:
    ratio = medians["stock"] / medians["ours"]
    benchmark.extra_info.update(about, medians=medians, ratio=ratio)
    columns = ", ".join(f"{name} {1000 * seconds:.4g} ms" for name, seconds in medians.items())
    print(f"\n{about['title']} ({about['database']}): {ratio:.1f}x (goal {about['goal']:g}x)")
    print(f"    {columns} {about['note']}")
