"""Percentiles of durations, as the commands that put load on a server print them."""

from __future__ import annotations

from collections.abc import Iterable

PERCENTILES = (50, 90, 95, 99)


def milliseconds(seconds: Iterable[float], *, has_minimum: bool = False) -> dict[str, float]:
    """``p50`` … ``max`` of durations in seconds, in milliseconds; nothing of none.

    A percentile is one of the durations: the one with the nearest rank.
    """
    ordered = sorted(seconds)
    if not ordered:
        return {}
    last = len(ordered) - 1
    named = {"min": ordered[0]} if has_minimum else {}
    named |= {f"p{each}": ordered[round(last * each / 100)] for each in PERCENTILES}
    return {name: round(1000 * each, 3) for name, each in {**named, "max": ordered[-1]}.items()}
