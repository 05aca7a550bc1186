"""Stock against accelerated on one server: the same bytes first, then in turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django_rustaccel.core.switch import HEADER, OFF, ON
from django_rustaccel.load.clients import Answer, Caller, Turn
from django_rustaccel.load.plan import Load, Target
from django_rustaccel.load.tally import Tally, together

#: How often each side has its turn: what else the machine does meanwhile hits both.
TURNS = 5

STOCK, ACCELERATED = "stock", "accelerated"

#: What the request of each side says.
SIDES: Mapping[str, Mapping[str, str]] = {STOCK: {HEADER: OFF}, ACCELERATED: {HEADER: ON}}

#: What one side is called where there is no other.
ONLY = "all"

NOT_ALLOWED = (
    "The server does not let requests choose: put "
    "django_rustaccel.middleware.StockHeaderMiddleware first into its MIDDLEWARE and set "
    'RUSTACCEL["ALLOW_STOCK_HEADER"] to True, where nobody but you sends requests.'
)


class NotAllowedError(Exception):
    """The server does not let requests choose how they are served."""


class Verdict(NamedTuple):
    """Whether both sides answer the same: ``None`` where stock itself answers differently."""

    is_same: bool | None
    detail: str = ""


@dataclass(eq=False)
class Side:
    """All turns of one side."""

    name: str
    extra: Mapping[str, str]
    seconds: float = 0.0
    #: Seconds of processor time that the clients took.
    busy: float = 0.0
    #: One for each target.
    tallies: list[Tally] = field(default_factory=list)

    def add(self, turn: Turn) -> None:
        """Take what one more turn has counted."""
        self.seconds += turn.seconds
        self.busy += turn.busy
        counted = turn.tallies
        self.tallies = [
            together(pair)
            for pair in zip(self.tallies or [Tally() for _ in counted], counted, strict=True)
        ]

    @property
    def total(self) -> Tally:
        """What came of the requests to all targets."""
        return together(self.tallies)

    @property
    def client_share(self) -> float:
        """How busy the clients were, 1 is one processor: more they cannot be."""
        return self.busy / self.seconds if self.seconds else 0.0


def sides(is_compared: bool) -> list[Side]:
    """Those to be measured."""
    named = SIDES if is_compared else {ONLY: {}}
    return [Side(name, extra) for name, extra in named.items()]


def compare(target: Target, timeout: float) -> Verdict:
    """Ask stock, accelerated and stock again.

    Raises ``NotAllowedError`` where the server serves both alike, ``OSError`` and
    ``HTTPException`` where it does not answer.
    """
    caller = Caller(timeout)
    try:
        before, ours, after = (_asked(caller, target, side) for side in (STOCK, ACCELERATED, STOCK))
    finally:
        caller.close()
    if _seen(before) != _seen(after):
        return Verdict(None, "stock itself answers something else every time")
    return _verdict(before, ours)


def _asked(caller: Caller, target: Target, side: str) -> Answer:
    """The answer of a side. Raises ``NotAllowedError``."""
    response, body = caller.call(target, SIDES[side])
    if response.headers.get(HEADER) != SIDES[side][HEADER]:
        raise NotAllowedError(NOT_ALLOWED)
    return response, body


def _seen(answer: Answer) -> tuple[int, str | None, bytes]:
    response, body = answer
    return response.status, response.headers.get("Content-Type"), body


def _verdict(stock: Answer, ours: Answer) -> Verdict:
    (*stock_head, stock_body), (*our_head, our_body) = _seen(stock), _seen(ours)
    if stock_head != our_head:
        return Verdict(False, f"stock answers {stock_head}, accelerated {our_head}")
    if stock_body == our_body:
        return Verdict(True)
    from django_rustaccel.drf.comparison import difference

    return Verdict(False, str(difference(stock_body, our_body)))


def run(
    load: Load,
    measured: list[Side],
    warm_up: float,
    tick: Callable[[str, Turn], None],
) -> None:
    """Warm up each side for so many seconds, then measure them in turns.

    What is interrupted by an exception counts as well.
    """
    if warm_up:
        for side in measured:
            Turn(replace(load, seconds=warm_up), side.extra).run(lambda turn: tick("warm-up", turn))
    turns = TURNS if len(measured) > 1 else 1
    for number in range(turns):
        for side in measured[:: -1 if number % 2 else 1]:
            _measure(side, Turn(load.part(turns), side.extra), tick)


def _measure(side: Side, turn: Turn, tick: Callable[[str, Turn], None]) -> None:
    try:
        turn.run(lambda turn: tick(side.name, turn))
    finally:
        side.add(turn)
