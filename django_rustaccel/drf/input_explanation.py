"""What ``explain()`` answers about validation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django_rustaccel.core.table import table

INPUT_HEAD = ("input", "native", "look-ups", "reason")


@dataclass(frozen=True)
class LookupExplanation:
    """One reason to ask the database for every row: a relation, or a validator."""

    #: The class of the field or validator.
    name: str
    #: Whether one query asks for all rows of a list.
    batched: bool
    #: Why not; empty when it is.
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {"name": self.name, "batched": self.batched, "reason": self.reason}


@dataclass(frozen=True)
class InputFieldExplanation:
    """One writable field of a serializer."""

    name: str
    #: Whether valid values are accepted without running Python code.
    native: bool
    #: Why not, and which methods of users run besides.
    reason: str = ""
    lookups: tuple[LookupExplanation, ...] = ()
    #: The fields of a nested serializer, by name.
    fields: dict[str, InputFieldExplanation] = field(default_factory=dict)

    def __iter__(self) -> Iterator[InputFieldExplanation]:
        return iter(self.fields.values())

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {
            "native": self.native,
            "reason": self.reason,
            "lookups": [lookup.as_dict() for lookup in self.lookups],
            "fields": {part.name: part.as_dict() for part in self},
        }


@dataclass(frozen=True)
class InputExplanation:
    """Who validates what a client sends for a serializer."""

    #: Whether none of the serializer's own methods has to run for an object.
    native: bool
    #: Why not: all that was found.
    reasons: tuple[str, ...] = ()
    fields: dict[str, InputFieldExplanation] = field(default_factory=dict)
    #: Validators of the whole object that ask the database.
    lookups: tuple[LookupExplanation, ...] = ()

    @property
    def reason(self) -> str:
        """Every reason in one line."""
        return "; ".join(self.reasons)

    def __iter__(self) -> Iterator[InputFieldExplanation]:
        return iter(self.fields.values())

    def as_dict(self) -> dict[str, Any]:
        """Everything here as data for JSON."""
        return {
            "native": self.native,
            "reason": self.reason,
            "reasons": list(self.reasons),
            "lookups": [lookup.as_dict() for lookup in self.lookups],
            "fields": {part.name: part.as_dict() for part in self},
        }

    @property
    def title(self) -> str:
        """Who validates, in a word or two."""
        if self.native:
            return "native"
        return "partly native" if any(part.native for part in self) else "stock"

    def cells(self) -> list[tuple[str, ...]]:
        """The cells of the table under :data:`INPUT_HEAD`."""
        own = [_cell(lookup.name, "", (lookup,), "") for lookup in self.lookups]
        return [*_cells(self, 0), *own]

    def __str__(self) -> str:
        lines = [f"input: {self.title}", *(f"  {reason}" for reason in self.reasons)]
        if self.fields:
            lines += ["", table(INPUT_HEAD, self.cells())]
        return "\n".join(lines)


def _cells(
    parts: InputExplanation | InputFieldExplanation, depth: int
) -> Iterator[tuple[str, ...]]:
    for part in parts:
        native = "yes" if part.native else "no"
        yield _cell("  " * depth + part.name, native, part.lookups, part.reason)
        yield from _cells(part, depth + 1)


def _cell(
    name: str, native: str, lookups: tuple[LookupExplanation, ...], reason: str
) -> tuple[str, ...]:
    how = ", ".join("batched" if lookup.batched else "one by one" for lookup in lookups)
    reasons = [reason, *(f"{each.name}: {each.reason}" for each in lookups if each.reason)]
    return (name, native, how, "; ".join(filter(None, reasons)))
