"""What ``explain()`` answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django_rustaccel.core.table import table
from django_rustaccel.drf.input_explanation import InputExplanation

HEAD = ("field", "native", "tier", "reason")


@dataclass(frozen=True)
class FieldExplanation:
    """One readable field of a serializer."""

    name: str
    #: The best tier that this field allows: ``"stock"`` when Python code makes its values.
    tier: str
    #: Why not a better one; empty for ``"rows"``.
    reason: str = ""
    #: The fields of a nested serializer, by name.
    fields: dict[str, FieldExplanation] = field(default_factory=dict)

    @property
    def native(self) -> bool:
        """Whether its values are made without running Python code."""
        return self.tier != "stock"

    def __iter__(self) -> Iterator[FieldExplanation]:
        return iter(self.fields.values())

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {
            "native": self.native,
            "tier": self.tier,
            "reason": self.reason,
            "fields": {part.name: part.as_dict() for part in self},
        }


@dataclass(frozen=True)
class Explanation:
    """Which tier serves a serializer, and what keeps it from a better one."""

    #: The dotted path of the serializer class.
    serializer: str
    #: ``"rows"``, ``"instances"`` or ``"stock"``.
    tier: str
    #: Why not a better tier: all that was found; empty for ``"rows"``.
    reasons: tuple[str, ...] = ()
    fields: dict[str, FieldExplanation] = field(default_factory=dict)
    #: Whether this is about ``many=True``.
    many: bool = False
    #: The label of the model that is read, where there is one.
    model: str | None = None
    #: The other direction: who validates what clients send. ``None`` without fields.
    input: InputExplanation | None = None

    @property
    def reason(self) -> str:
        """Every reason in one line."""
        return "; ".join(self.reasons)

    def __iter__(self) -> Iterator[FieldExplanation]:
        return iter(self.fields.values())

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {
            "serializer": self.serializer,
            "model": self.model,
            "many": self.many,
            "tier": self.tier,
            "reason": self.reason,
            "reasons": list(self.reasons),
            "fields": {part.name: part.as_dict() for part in self},
            "input": None if self.input is None else self.input.as_dict(),
        }

    @property
    def title(self) -> str:
        """What is explained, in one line."""
        many = "(many=True)" if self.many else ""
        over = f" over {self.model}" if self.model else ""
        return f"{self.serializer}{many}{over}"

    def cells(self) -> list[tuple[str, ...]]:
        """The cells of the table under :data:`HEAD`."""
        return list(_cells(self, 0))

    def __str__(self) -> str:
        lines = [f"{self.title}: {self.tier}", *(f"  {reason}" for reason in self.reasons)]
        if self.fields:
            lines += ["", table(HEAD, self.cells())]
        if self.input is not None:
            lines += ["", str(self.input)]
        return "\n".join(lines)


def _cells(parts: Explanation | FieldExplanation, depth: int) -> Iterator[tuple[str, ...]]:
    for part in parts:
        native = "yes" if part.native else "no"
        yield ("  " * depth + part.name, native, part.tier, part.reason)
        yield from _cells(part, depth + 1)
