"""Lists of numbers, summed up natively while other threads run; no NumPy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django_rustaccel._rust import summarize as native

__all__ = ["Summary", "summarize"]


class Summary(NamedTuple):
    """What is said of a list of so many numbers; `deviation` is that of the whole population."""

    size: int
    mean: float
    deviation: float
    minimum: float
    median: float
    maximum: float


def summarize(numbers: Sequence[float]) -> Summary:
    """The summary of a list of numbers, for which the GIL is released.

    Raises ``ValueError`` for an empty list and for NaN and infinity, ``TypeError`` for what is no
    number, and ``OverflowError`` for an integer that no float can hold.
    """
    return Summary(len(numbers), *native(numbers))
