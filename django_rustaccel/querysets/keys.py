"""Looking up the rows of many keys: the keys of one query as the condition of the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models.lookups import In
from django.db.models.sql.where import WhereNode

#: Stands in a statement where the keys go.
PLACE = "/*keys*/"


class KeysIn(In):
    """``IN`` over values that come from the database and need no preparation to go back.

    Django prepares every value of a list anew, a few microseconds each.
    """

    def get_prep_lookup(self) -> Any:
        """Leave the values as they are."""
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the condition and its parameters."""
        lhs, params = self.process_lhs(compiler, connection)
        keys, values = (PLACE, []) if self.rhs is None else spell(self.rhs)
        return f"{lhs} IN ({keys})", [*params, *values]


def spell(keys: list[Any]) -> tuple[str, list[Any]]:
    """The inside of the brackets of ``IN`` and its parameters.

    Integers are written into the statement, where no limit on parameters counts them.
    """
    if set(map(type, keys)) == {int}:
        # What is in the brackets of a list's own spelling, at a third of the cost of joining it.
        return str(keys)[1:-1], []
    return ", ".join(["%s"] * len(keys)), keys


def widen(where: WhereNode, first: Any, keys: list[Any] | None) -> bool:
    """Turn the one condition that looks up ``[first]`` into one that looks up all ``keys``.

    ``None`` leaves :data:`PLACE` where the keys go. Returns whether there was exactly one such
    condition; otherwise nothing is changed.
    """
    found = list(_lookups(where, first))
    if len(found) != 1:
        return False
    parent: Any
    parent, index = found[0]
    lookup = KeysIn(parent.children[index].lhs, [])
    lookup.rhs = keys
    parent.children[index] = lookup
    return True


def _lookups(node: WhereNode, first: Any) -> Iterator[tuple[WhereNode, int]]:
    for index, child in enumerate(node.children):
        if isinstance(child, WhereNode):
            yield from _lookups(child, first)
        elif isinstance(child, In) and isinstance(child.rhs, list) and child.rhs == [first]:
            yield node, index
