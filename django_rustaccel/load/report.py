"""What was measured as data for scripts and tables, and what of it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from django_rustaccel.load.comparison import ACCELERATED, STOCK, Side, Verdict
from django_rustaccel.load.plan import Load
from django_rustaccel.load.tally import Tally


def data(load: Load, sides: Sequence[Side], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All of it; times in milliseconds where the name says so, else in seconds."""
    parts = [
        {
            "url": target.url,
            "method": target.method,
            **_results({side: side.tallies[place] for side in sides if side.tallies}),
            **(_compared(verdicts[place]) if verdicts else {}),
        }
        for place, target in enumerate(load.targets)
    ]
    return {
        "concurrency": load.concurrency,
        "loop": "closed",
        "corrects_coordinated_omission": False,
        "client_processor_share": {side.name: round(side.client_share, 3) for side in sides},
        "targets": parts,
        "total": _results({side: side.total for side in sides if side.tallies}),
    }


def _results(counted: dict[Side, Tally]) -> dict[str, Any]:
    results = {side.name: tally.as_dict(side.seconds) for side, tally in counted.items()}
    return {"results": results, **_ratio(counted)}


def _ratio(counted: dict[Side, Tally]) -> dict[str, Any]:
    """How many times better than stock; nothing where a side has no answers."""
    found = {
        side.name: (len(tally.latencies) / side.seconds, median(tally.latencies))
        for side, tally in counted.items()
        if tally.latencies
    }
    if not found.keys() >= {STOCK, ACCELERATED}:
        return {}
    (rate, middle), (our_rate, our_middle) = found[STOCK], found[ACCELERATED]
    ratios = {"requests_per_second": our_rate / rate, "p50": middle / our_middle}
    return {"ratio": {name: round(ratio, 3) for name, ratio in ratios.items()}}


def _compared(verdict: Verdict) -> dict[str, Any]:
    return {"same": verdict.is_same, "detail": verdict.detail}


def wrong(load: Load, sides: Sequence[Side], verdicts: Sequence[Verdict]) -> list[str]:
    """What a script has to know of: other bytes, other status codes, errors, no answers."""
    found = [
        f"{target.url}: not the same bytes: {verdict.detail}"
        for target, verdict in zip(load.targets, verdicts, strict=False)
        if verdict.is_same is False
    ]
    for side in sides:
        found += _wrong_with(load, side)
    return found


def _wrong_with(load: Load, side: Side) -> list[str]:
    total = side.total
    refused = total.refused(load.accepts)
    found = [f"{side.name}: {n:,} x status {code}" for code, n in refused.items()]
    found += [f"{side.name}: {n:,} x {error}" for error, n in total.errors.most_common()]
    return found or ([] if total.latencies else [f"{side.name}: nothing was answered"])
