"""Relations to many: their managers, and the querysets that Django would prefetch by them."""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import (  # type: ignore[attr-defined]
    _filter_prefetch_queryset,
)
from django.db.models.manager import BaseManager

from django_rustaccel.querysets.columns import Many


def manager_of(many: Many, key: Any, using: str) -> Any:
    """The relation's manager of an instance that has nothing but a key."""
    instance = many.owner.__new__(many.owner)
    instance._state = ModelState()
    instance._state.db = using
    instance._state.adding = False
    instance.__dict__[many.key.field.attname] = key
    instance.__dict__.setdefault(many.owner._meta.pk.attname, key)
    return getattr(instance, many.accessor)


def default_queryset(manager: Any) -> Any:
    """What the related model's own manager gives, before it is narrowed to an owner."""
    return super(type(manager), manager).get_queryset()


def related_queryset(manager: Any, owners: list[Any], queryset: QuerySet[Any] | None) -> Any:
    """What Django would prefetch for these owners."""
    if hasattr(manager, "through"):
        querysets = None if queryset is None else [queryset.all()]
        return manager.get_prefetch_querysets(owners, querysets)[0]
    related: Any = default_queryset(manager) if queryset is None else queryset.all()
    related._add_hints(instance=owners[0])
    related = related.using(related._db or manager._db)
    return _filter_prefetch_queryset(related, manager.field.name, owners)


def as_single_read(related: Any, manager: Any, many: Many) -> Any:
    """Give rows without an ordering the one that reading them owner by owner mostly has.

    SQLite and MySQL find both few and many by the unique index of the table in between, in the
    order of the related keys. PostgreSQL reads a small related table in its own order, and for
    many owners joins in any. A single read of nothing but keys begins with the table in between.
    """
    if related.ordered or connections[related.db].vendor != "postgresql":
        return related
    if many.needs.key_only:
        through = manager.through._meta
        return related.extra(order_by=[f"{through.db_table}.{through.pk.column}"])
    return related.order_by("pk")


def is_plain_manager(manager: Any) -> bool:
    """Whether a manager gives the same queryset every time."""
    return (
        type(manager).get_queryset is BaseManager.get_queryset
        and manager._queryset_class.__init__ is QuerySet.__init__
    )
