"""What checking a password costs on this machine, and which parameters would cost what."""

from __future__ import annotations

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth import hashers as stock

from django_rustaccel import hashers as native

SAMPLE = "correct horse battery staple"
ROUNDS = 5

#: Iterations are rounded to this: nobody remembers 1,234,567.
_STEP = 10_000


@dataclass
class Cost:
    """One algorithm: seconds for a verification, bytes while it runs, checks in a second."""

    algorithm: str
    configured: str
    stock: float
    ours: float
    memory: int
    logins: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is."""
        return self.stock / self.ours

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {**asdict(self), "ratio": self.ratio}


@dataclass
class Suggestion:
    """A parameter of a hasher class that takes about the wanted time with ours."""

    base: str
    parameter: str
    value: int
    default: int
    seconds: float

    @property
    def is_weaker(self) -> bool:
        """Whether Django's own default asks for more."""
        return self.value < self.default


class NotMeasurableError(Exception):
    """A hasher that has no native counterpart, or that cannot run here; the text is why."""


def measure(hasher: Any, rounds: int = ROUNDS) -> Cost:
    """The cost of verifying a hash that ``hasher`` has made, by Django's class and by ours.

    Raises:
        NotMeasurableError: when there is no class to compare with, or its library is missing.

    """
    theirs, ours = _pair(hasher)
    try:
        encoded = hasher.encode(SAMPLE, hasher.salt())
    except ValueError as error:
        raise NotMeasurableError(str(error)) from error
    times = [(_seconds(theirs, encoded), _seconds(ours, encoded)) for _ in range(rounds)]
    stock_median, ours_median = (statistics.median(column) for column in zip(*times, strict=True))
    return Cost(
        hasher.algorithm,
        f"{type(hasher).__module__}.{type(hasher).__qualname__}",
        stock_median,
        ours_median,
        _memory(hasher, encoded),
        _logins(ours, encoded),
    )


def _pair(hasher: Any) -> tuple[Any, Any]:
    for theirs, ours in native.NATIVE.items():
        if theirs.algorithm == hasher.algorithm:
            return theirs(), ours()
    raise NotMeasurableError("no native class computes it")


def _seconds(hasher: Any, encoded: str) -> float:
    started = time.perf_counter()
    if not hasher.verify(SAMPLE, encoded):
        raise NotMeasurableError("its own hash does not verify")
    return time.perf_counter() - started


def _logins(hasher: Any, encoded: str) -> float:
    """Verifications a second with every processor at it."""
    processors = os.cpu_count() or 1
    with ThreadPoolExecutor(processors) as threads:

        def check(times: int) -> float:
            started = time.perf_counter()
            list(threads.map(lambda _: hasher.verify(SAMPLE, encoded), range(times)))
            return time.perf_counter() - started

        check(processors)  # memory that is reused is there from the second time on
        return 4 * processors / check(4 * processors)


def _memory(hasher: Any, encoded: str) -> int:
    decoded = hasher.decode(encoded)
    if isinstance(hasher, stock.Argon2PasswordHasher):
        return int(decoded["memory_cost"]) * 1024
    if isinstance(hasher, stock.ScryptPasswordHasher):
        return 128 * int(decoded["work_factor"]) * int(decoded["block_size"])
    return 0


def suggest(hasher: Any, seconds: float, target: float) -> Suggestion:
    """The parameter with which a verification that took ``seconds`` takes about ``target``.

    Raises:
        NotMeasurableError: when the class has no parameter known here.

    """
    for theirs, parameter, scaled in _SCALES:
        if isinstance(hasher, theirs):
            current, default = getattr(hasher, parameter), getattr(theirs, parameter)
            value, factor = scaled(current, target / seconds)
            base = native.NATIVE[_own_class(hasher)].__name__
            return Suggestion(base, parameter, value, default, seconds * factor)
    raise NotMeasurableError("no parameter of it is known here")


def _own_class(hasher: Any) -> Any:
    """Django's class that a hasher is made of."""
    return next(cls for cls in type(hasher).__mro__ if cls in native.NATIVE)


def _in_steps(current: int, factor: float) -> tuple[int, float]:
    value = max(_STEP, round(current * factor / _STEP) * _STEP)
    return value, value / current


def _linear(current: int, factor: float) -> tuple[int, float]:
    value = max(1, round(current * factor))
    return value, value / current


def _doubling(current: int, factor: float) -> tuple[int, float]:
    """The value itself is a power of two."""
    exponent = max(1, _nearest_exponent(current.bit_length() - 1, factor))
    return 1 << exponent, (1 << exponent) / current


def _exponent(current: int, factor: float) -> tuple[int, float]:
    """One more doubles the time. bcrypt takes 4 to 31."""
    value = min(31, max(4, _nearest_exponent(current, factor)))
    return value, 2.0 ** (value - current)


def _nearest_exponent(current: int, factor: float) -> int:
    while factor >= 2**0.5:
        current, factor = current + 1, factor / 2
    while factor < 2**-0.5:
        current, factor = current - 1, factor * 2
    return current


_SCALES: tuple[tuple[Any, str, Any], ...] = (
    (stock.PBKDF2PasswordHasher, "iterations", _in_steps),
    (stock.Argon2PasswordHasher, "time_cost", _linear),
    (stock.ScryptPasswordHasher, "work_factor", _doubling),
    (stock.BCryptSHA256PasswordHasher, "rounds", _exponent),
)
