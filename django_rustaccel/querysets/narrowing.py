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

#: Values that say nothing of what they are compared with.
_VALUES = (int, str, UUID)

#: What each queryset of a class was narrowed to, by name.
_known: WeakKeyDictionary[QuerySet[Any], dict[str, _Narrowed | None]] = WeakKeyDictionary()


def narrowed(source: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
    """``source.filter(name=value)``; ``source`` is one that lives as long as a class.

    Raises:
        TypeError, ValueError, ValidationError: as ``filter()`` does.

    """
    if type(value) not in _VALUES:
        return source.filter(**{name: value})
    known = _known.setdefault(source, {})
    if name not in known:
        found = source.filter(**{name: value})
        known[name] = _Narrowed.of(found)
        return found
    template = known[name]
    return source.filter(**{name: value}) if template is None else template.to(value)


class _Narrowed:
    """A queryset whose last condition is about the value."""

    def __init__(self, queryset: Any, condition: Exact[Any]) -> None:
        self.queryset = queryset
        self.condition = condition

    @classmethod
    def of(cls, found: Any) -> _Narrowed | None:
        """From a queryset that was just filtered; ``None`` if another value may look different."""
        condition = found.query.where.children[-1]
        is_plain = (
            isinstance(condition, Exact)
            and type(condition).__module__ == Exact.__module__
            and type(condition.lhs) is Col
        )
        return cls(found._chain(), condition) if is_plain else None

    def to(self, value: Any) -> QuerySet[Any]:
        """The same for another value."""
        found: QuerySet[Any] = self.queryset._chain()
        # The nodes of the tree are copies, its conditions are shared.
        conditions: list[Any] = found.query.where.children
        conditions[-1] = type(self.condition)(self.condition.lhs, value)
        return found
