"""Rates as people write them: ``100/m``, ``10/30s``, ``5 per hour``, several after ``;``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: Seconds of a unit, by the letter it begins with.
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = r"s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?"
_RATE = re.compile(rf"(\d{{1,12}})\s*(?:/|\bper\b)\s*(\d{{1,9}})?\s*({_UNIT})", re.IGNORECASE)


class Rate(NamedTuple):
    """So many calls in so many seconds, and how it was written."""

    limit: int
    seconds: int
    text: str


def parse_rates(text: str | Iterable[str]) -> list[Rate]:
    """The rates of a text or of several. Raises ``ValueError`` for what is none."""
    texts = [text] if isinstance(text, str) else list(text)
    parts = [part.strip() for each in texts for part in re.split("[;,]", each)]
    if not parts:
        raise ValueError("no rate is given")
    return [_rate(part) for part in parts]


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no rate, such as '100/m', '10/30s' or '5 per hour'")
    limit, count, unit = match.groups()
    seconds = int(count or 1) * UNITS[unit[0].lower()]
    if seconds == 0:
        raise ValueError(f"the rate {text!r} has no period")
    return Rate(int(limit), seconds, text)
