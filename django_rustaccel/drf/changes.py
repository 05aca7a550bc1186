"""Which changes to a project would bring most of its serializers to a better tier."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django_rustaccel.drf.explanation import Explanation, FieldExplanation

#: What a call loses: stock code takes several times as long as reading instances, as that does
#: compared to rows.
_WEIGHTS = {"stock": 2.0, "instances": 1.0}


@dataclass
class Change:
    """One reason, and the serializers that it keeps from a better tier."""

    #: What would have to change, with file and line where they are known.
    reason: str
    #: What it keeps at ``"stock"`` and at ``"instances"``: serializers, or fields of them.
    keeps: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: A serializer that has several reasons is shared among them.
    weight: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {"reason": self.reason, "keeps": dict(self.keeps)}


def changes(found: Iterable[Explanation]) -> list[Change]:
    """The causes of these explanations, each once, what would gain most first."""
    made: dict[str, Change] = {}
    for explanation in found:
        reasons = dict(_reasons(explanation))
        for reason, place in reasons.items():
            change = made.setdefault(_cause(reason), Change(reason))
            change.keeps[explanation.tier].append(place)
            change.weight += _WEIGHTS[explanation.tier] / len(reasons)
    return sorted(made.values(), key=lambda change: (-change.weight, change.reason))


def _cause(reason: str) -> str:
    """The line of code that a reason ends with: subclasses tell of it under their own names."""
    place = re.search(r" in ([^`]+:\d+)$", reason)
    return place[1] if place else reason


def _reasons(explanation: Explanation) -> Iterator[tuple[str, str]]:
    """What keeps a whole call from a better tier, and where that is."""
    if explanation.tier == "rows":
        return
    fields = {}
    if explanation.tier == "instances":
        fields = dict(_field_reasons(explanation, explanation.serializer))
        yield from fields.items()
    # Without a model there are no rows to be read: no change would bring that tier.
    if explanation.tier == "stock" or explanation.model is not None:
        ends = tuple(fields)
        yield from (
            (reason, explanation.serializer)
            for reason in explanation.reasons
            if not (ends and reason.endswith(ends))
        )


def _field_reasons(parts: Explanation | FieldExplanation, path: str) -> Iterator[tuple[str, str]]:
    for part in parts:
        place = f"{path}.{part.name}"
        if part.reason:
            yield part.reason, place
        yield from _field_reasons(part, place)
