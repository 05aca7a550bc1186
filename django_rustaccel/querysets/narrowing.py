"""``queryset.filter(name=value)`` for one value after another, as detail views ask.

Django works out anew each time what the name leads to, which takes as long as all else that happens
to such a queryset before it is sent.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db.models import QuerySet
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from django.db.models.sql.where import AND

from django_rustaccel.querysets.relations import concrete_field

#: Values that say nothing of what they are compared with.
_VALUES = (int, str, UUID)

#: What each queryset of a class was narrowed to, by name.
_known: WeakKeyDictionary[QuerySet[Any], dict[str, _Narrowed | None]] = WeakKeyDictionary()


def narrowed(
    source: QuerySet[Any], queryset: QuerySet[Any], name: str, value: Any
) -> QuerySet[Any]:
    """``queryset.filter(name=value)``, where ``queryset`` is ``source.all()``.

    ``source`` is one that lives as long as a class, and has only Django's own methods.

    Raises:
        TypeError, ValueError, ValidationError: as ``filter()`` does.

    """
    known = _known.setdefault(source, {})
    template = known.get(name)
    if template is not None and type(value) in _VALUES:
        return template.to(value)
    found = queryset.filter(**{name: value})
    if name not in known:
        known[name] = _Narrowed.of(found, queryset, name)
    return found


class _Narrowed:
    """A queryset whose last condition is about the value."""

    def __init__(self, queryset: Any, condition: Exact[Any]) -> None:
        self.queryset = queryset
        self.condition = condition

    @classmethod
    def of(cls, found: Any, before: Any, name: str) -> _Narrowed | None:
        """From a queryset that was just filtered; ``None`` if another value may look different.

        It has to have one condition more than before, which compares a column of the model.
        """
        where = found.query.where
        conditions = where.children
        is_plain = (
            len(conditions) == len(before.query.where.children) + 1
            and where.connector == AND
            and not where.negated
            and isinstance(conditions[-1], Exact)
            and type(conditions[-1]).__module__ == Exact.__module__
            and type(conditions[-1].lhs) is Col
            and conditions[-1].lhs.target is concrete_field(found.model, name)
        )
        return cls(found._chain(), conditions[-1]) if is_plain else None

    def to(self, value: Any) -> QuerySet[Any]:
        """The same for another value."""
        found: QuerySet[Any] = self.queryset._chain()
        # The nodes of the tree are copies, its conditions are shared.
        conditions: list[Any] = found.query.where.children
        conditions[-1] = type(self.condition)(self.condition.lhs, value)
        return found
