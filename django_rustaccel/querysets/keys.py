"""Looking up the rows of many keys: the keys of one query as the condition of the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models.lookups import In
from django.db.models.sql.where import WhereNode


class KeysIn(In):
    """``IN`` over values that come from the database and need no preparation to go back.

    Django prepares every value of the list anew, a few microseconds each. Integers are written
    into the statement, where no limit on parameters counts them.
    """

    def get_prep_lookup(self) -> Any:
        """Leave the values as they are."""
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Return the condition and its parameters."""
        lhs, params = self.process_lhs(compiler, connection)
        if all(type(key) is int for key in self.rhs):
            return f"{lhs} IN ({', '.join(map(str, self.rhs))})", list(params)
        marks = ", ".join(["%s"] * len(self.rhs))
        return f"{lhs} IN ({marks})", [*params, *self.rhs]


def widen(where: WhereNode, first: Any, keys: list[Any]) -> bool:
    """Turn the one condition that looks up ``[first]`` into one that looks up all ``keys``.

    Returns whether there was exactly one such condition; otherwise nothing is changed.
    """
    found = list(_lookups(where, first))
    if len(found) != 1:
        return False
    parent, index = found[0]
    parent.children[index] = KeysIn(parent.children[index].lhs, keys)
    return True


def _lookups(node: WhereNode, first: Any) -> Iterator[tuple[WhereNode, int]]:
    for index, child in enumerate(node.children):
        if isinstance(child, WhereNode):
            yield from _lookups(child, first)
        elif isinstance(child, In) and isinstance(child.rhs, list) and child.rhs == [first]:
            yield node, index
