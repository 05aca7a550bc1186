"""Natural keys, said by Django's own method once for each related object."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.serializers import base
from django.db import connections, router
from django.db.models import ForeignObject, Model
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
)

from django_rustaccel.querysets.obstacles import UnreadableError, static_attribute

_object: Any = ForeignObject

#: Natural keys that are kept for one foreign key; beyond it they are read anew.
MAX_KEYS = 20_000


def natural_fields(queryset: Any, chosen: Iterable[Any]) -> tuple[Any, ...]:
    """The foreign keys that natural keys stand for.

    Raises:
        UnreadableError: for relations to many, and where stock finds related objects otherwise
            than by their key.

    """
    related = [field for field in chosen if field.remote_field]
    fields = tuple(f for f in related if hasattr(f.remote_field.model, "natural_key"))
    for field in fields:
        _check(field)
    if fields:
        _check_queryset(queryset)
    return fields


def _check(field: Any) -> None:
    name = f"`{field.model.__name__}.{field.name}`"
    if field.many_to_many:
        raise UnreadableError(f"{name} is said by natural keys")
    kinds = (ForwardManyToOneDescriptor, ForwardOneToOneDescriptor)
    methods = ("get_extra_descriptor_filter", "get_reverse_related_filter")
    if (
        type(static_attribute(field.model, field.name)) not in kinds
        or any(getattr(type(field), name) is not getattr(_object, name) for name in methods)
        or getattr(field.remote_field, "parent_link", False)
    ):
        raise UnreadableError(f"{name} finds its object in a way of its own")


def _check_queryset(queryset: Any) -> None:
    mode = getattr(queryset, "_fetch_mode", None)
    if (
        router.routers
        or queryset.query.select_related
        or queryset._prefetch_related_lookups
        or queryset._known_related_objects
        or type(mode).__name__ not in ("NoneType", "FetchOne")
    ):
        raise UnreadableError("related objects are known, or come from elsewhere")


def check_primary(model: type[Model]) -> None:
    """Raise ``UnreadableError`` where each object says whether it has a key (Django 6.1)."""
    if hasattr(base.Serializer, "_resolve_natural_key"):
        raise UnreadableError(f"each `{model.__name__}` says whether it has a natural key")


class NaturalKey:
    """What ``handle_fk_field`` makes of the values of one foreign key, in one call."""

    def __init__(self, serializer: Any, model: type[Model], field: Any, using: str) -> None:
        self.serializer = serializer
        self.model = model
        self.field = field
        self.using = using
        self.keys: dict[Any, Any] = {}
        self.related: dict[Any, Any] = {}

    def learn(self, values: Iterable[Any]) -> None:
        """Read the related objects of the next rows at once."""
        if len(self.keys) > MAX_KEYS:
            self.keys.clear()
        unknown = [v for v in dict.fromkeys(values) if v is not None and v not in self.keys]
        self.related.clear()
        if len(unknown) < 2:
            return  # Stock's own query will do.
        target = self.field.target_field
        size = max(1, connections[self.using].ops.bulk_batch_size([target], unknown))
        manager = self.field.remote_field.model._base_manager.db_manager(self.using)
        for start in range(0, len(unknown), size):
            chosen = {f"{target.name}__in": unknown[start : start + size]}
            for related in manager.filter(**chosen):
                self.related[getattr(related, target.attname)] = related

    def to_representation(self, given: Any) -> Any:
        """From an object that has nothing but the column of the foreign key."""
        value = getattr(given, self.field.attname)
        if value not in self.keys:
            self.keys[value] = self._said(value)
        return self.keys[value]

    def _said(self, value: Any) -> Any:
        """What the installed Django makes of it."""
        instance = self._instance(value)
        kept, self.serializer._current = self.serializer._current, {}
        try:
            self.serializer.handle_fk_field(instance, self.field)
            return self.serializer._current[self.field.name]
        finally:
            self.serializer._current = kept

    def _instance(self, value: Any) -> Any:
        """An instance that has nothing but the foreign key, and its object if that was read."""
        instance: Any = self.model.__new__(self.model)
        instance._state = ModelState()
        instance._state.db, instance._state.adding = self.using, False
        instance.__dict__[self.field.attname] = value
        if value in self.related:
            self.field.set_cached_value(instance, self.related[value])
        return instance
