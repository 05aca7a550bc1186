"""The project's own rows through one serializer both ways."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from django_rustaccel.drf.comparison import Outcome, Source, both, difference
from django_rustaccel.drf.own_rows import NothingToRenderError, own_rows
from django_rustaccel.drf.project import dotted

#: Rows that are rendered at once.
CHUNK = 1000


@dataclass
class Finding:
    """What comparing one serializer gave."""

    serializer: str
    #: ``"same"``, ``"different"`` or ``"skipped"``.
    result: str = "same"
    #: How many rows were compared.
    rows: int = 0
    #: Which tiers served the accelerated side.
    tiers: list[str] = field(default_factory=list)
    #: The difference, or why nothing could be compared.
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return asdict(self)


def verify(cls: type[Any], limit: int | None) -> Finding:
    """Compare a serializer over rows of its model: as a queryset, and as loaded instances."""
    finding = Finding(dotted(cls))
    try:
        rows = own_rows(cls, limit)
        total = rows.count()
    except NothingToRenderError as error:
        finding.result, finding.detail = "skipped", str(error)
        return finding
    for start in range(0, total, CHUNK):
        chunk = rows[start : min(start + CHUNK, total)]
        for source in (chunk.all, lambda chunk=chunk: list(chunk.all())):
            if not _agree(finding, cls, source):
                return finding
        finding.rows = min(start + CHUNK, total)
    return finding


def _agree(finding: Finding, cls: type[Any], source: Source) -> bool:
    """Compare one rendering and note what was found; whether to go on."""
    stock, ours = both(cls, source)
    if ours.tier not in finding.tiers:
        finding.tiers.append(ours.tier)
    detail = _disagreement(stock, ours)
    if detail:
        again, _ = both(cls, source)
        is_stable = _disagreement(stock, again) == ""
        finding.result = "different" if is_stable else "skipped"
        finding.detail = detail if is_stable else "DRF itself gives something else every time"
    elif stock.error:
        finding.result, finding.detail = "skipped", f"DRF raises {stock.error}"
    return finding.result == "same"


def _disagreement(stock: Outcome, other: Outcome) -> str:
    """What is not the same in two outcomes, or worse than stock; empty if nothing is."""
    if stock.error != other.error:
        return (
            f"stock        {stock.error or 'raises nothing'}\n"
            f"accelerated  {other.error or 'raises nothing'}"
        )
    found = difference(stock.content, other.content)
    if found is not None:
        return str(found)
    if other.queries > stock.queries:
        return f"{other.queries} queries instead of {stock.queries}"
    return ""
