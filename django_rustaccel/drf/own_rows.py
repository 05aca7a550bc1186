"""The rows that a serializer of the project is most likely for, read as a careful view would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)

from django_rustaccel.core.description import Entry
from django_rustaccel.drf.describe import describe


class NothingToRenderError(Exception):
    """A serializer has no model, or its model no rows; the text says which."""


def own_rows(cls: type[Any], limit: int | None) -> QuerySet[Any]:
    """The first rows of a serializer's model, in the order of their keys; all without a limit.

    What the serializer reads of related objects is joined or prefetched: timings that leave DRF to
    one query a row would flatter whoever it is compared with.

    Raises:
        NothingToRenderError: if there are none.

    """
    model = getattr(getattr(cls, "Meta", None), "model", None)
    if model is None:
        name = f"{cls.__module__}.{cls.__qualname__}"
        raise NothingToRenderError(f"{name} has no Meta.model: there are no rows to render")
    try:
        rows: QuerySet[Any] = model._default_manager.order_by("pk")
        is_empty = not rows.exists()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".strip()
        raise NothingToRenderError(f"{model.__name__} cannot be read: {reason}") from error
    if is_empty:
        raise NothingToRenderError(f"{model._meta.label} has no rows")
    rows = _with_relations(rows, _entries(cls))
    return rows if limit is None else rows[:limit]


def _entries(cls: type[Any]) -> list[Entry]:
    try:
        return describe(cls())
    except Exception:
        return []  # Rendering will raise it again, and be asked what.


def _with_relations(rows: QuerySet[Any], entries: list[Entry]) -> QuerySet[Any]:
    """Join what leads to one object, prefetch what leads to many."""
    relations = list(dict.fromkeys(_relations(entries, rows.model)))
    joined = [lookup for lookup, is_many in relations if not is_many]
    if joined:
        rows = rows.select_related(*joined)
    return rows.prefetch_related(*(lookup for lookup, is_many in relations if is_many))


def _relations(
    entries: list[Entry], model: type[Model], prefix: str = "", is_many: bool = False
) -> Iterator[tuple[str, bool]]:
    """The lookups of related objects, and whether there may be many at the end of each."""
    for entry in entries:
        # The key of a related object is there without the object.
        attrs = entry.attrs[:-1] if entry.node.kind == "own_key" else entry.attrs
        names, target, leads_to_many = _followed(attrs, model)
        lookup = prefix + LOOKUP_SEP.join(names)
        many = is_many or leads_to_many
        if names:
            yield lookup, many
        if target is not None:
            inner = f"{lookup}{LOOKUP_SEP}" if names else prefix
            yield from _relations(entry.node.entries, target, inner, many)


def _followed(
    attrs: tuple[str, ...], model: type[Model]
) -> tuple[list[str], type[Model] | None, bool]:
    """The relations at the start of a source, where they lead, and whether to many."""
    names: list[str] = []
    is_many = False
    target: Any = model
    for name in attrs:
        descriptor: Any = getattr(target, name, None)
        if isinstance(descriptor, ForwardManyToOneDescriptor):
            target = descriptor.field.related_model
        elif isinstance(descriptor, ReverseOneToOneDescriptor):
            target = descriptor.related.related_model
        elif isinstance(descriptor, ReverseManyToOneDescriptor):
            target, is_many = _model_of_many(descriptor), True
        else:
            return names, None, is_many
        names.append(name)
    return names, target, is_many


def _model_of_many(descriptor: Any) -> Any:
    if isinstance(descriptor, ManyToManyDescriptor) and not descriptor.reverse:
        return descriptor.rel.model
    return descriptor.rel.related_model
