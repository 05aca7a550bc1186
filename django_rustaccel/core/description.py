"""Descriptions of what is read: the nested tuples that the native plan is built of.

A description says of every field where its value is (source), what it is (kind) and how to reach
the stock field that decides when native code is not sure (path).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

Path = tuple[tuple[str, str], ...]

#: Where an instance of the serializer's model keeps a value, and under which name.
Shortcut = tuple[str, str]

#: Kinds that are made of entries, and those that may have a child.
WITH_ENTRIES = frozenset({"nested", "many"})
WITH_CHILD = frozenset({"list", "map", "many_related", "key", "own_key"})


@dataclass
class Node:
    """What a value is: a kind with options, and the way to its stock field."""

    kind: str
    options: dict[str, Any]
    path: Path
    reason: str = ""
    #: Class name of the stock field.
    field: str = ""
    child: Node | None = None
    entries: list[Entry] = dataclass_field(default_factory=list)
    #: The model of a nested serializer.
    model: type[Any] | None = None

    def as_tuple(self) -> tuple[Any, ...]:
        """The form that the native builder reads."""
        options = dict(self.options)
        if self.kind in WITH_ENTRIES:
            options["plan"] = (self.model, [entry.as_tuple() for entry in self.entries])
        if self.kind in WITH_CHILD:
            options["child"] = self.child.as_tuple() if self.child else None
        return (self.kind, options, self.path)


@dataclass
class Entry:
    """One readable field of a serializer."""

    name: str
    attrs: tuple[str, ...]
    node: Node
    #: ``"whole"``, ``"path"`` or ``"stock"``
    source: str
    shortcut: Shortcut | None = None
    #: Why the value itself needs an object that only stock code can look at.
    needs_instance: str = ""
    #: The key in the output: `field_name`, which may have been changed on the instance.
    key: str = ""
    #: What becomes of the field where its source leads through nothing: `"null"`, `"skip"` or
    #: `"stock"` for a default or an error.
    missing: str = "stock"

    @property
    def stock_reason(self) -> str:
        """Why Python code runs for every value of this field; empty when none need run."""
        if self.source == "stock" and self.needs_instance:
            return self.needs_instance
        node = self.node
        while node.child is not None:
            node = node.child
        return node.reason if node.kind == "stock" else ""

    def as_tuple(self) -> tuple[Any, ...]:
        """The form that the native builder reads."""
        attrs = list(self.attrs) if self.source == "path" else []
        return (self.key, (self.source, attrs, self.shortcut), self.node.as_tuple())
