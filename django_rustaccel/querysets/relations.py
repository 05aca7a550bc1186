"""Where the columns and relations of a model are, and what rows cannot follow."""

from __future__ import annotations

from typing import Any

from django.db.models import Manager, Model
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
    ReverseOneToOneDescriptor,
)

from django_rustaccel.querysets.obstacles import UnreadableError, static_attribute


def concrete_field(model: type[Model], name: str) -> Any:
    """The concrete field with this name or attribute."""
    if name == "pk":
        return model._meta.pk
    return next((f for f in model._meta.concrete_fields if name in (f.name, f.attname)), None)


def related_model(model: type[Model], name: str) -> type[Model]:
    """The model that a relation to one object leads to."""
    descriptor = static_attribute(model, name)
    if isinstance(descriptor, ForwardManyToOneDescriptor):
        target = _forward_target(descriptor.field)
    elif isinstance(descriptor, ReverseOneToOneDescriptor):
        target = descriptor.related.related_model
    else:
        what = f"`{model.__name__}.{name}`"
        raise UnreadableError(f"{what} is no relation to one object")
    if type(target._base_manager) is not Manager:
        raise UnreadableError(f"`{target.__name__}` has a base manager of its own")
    return target


def _forward_target(field: Any) -> type[Model]:
    """The model that a foreign key leads to."""
    if len(field.foreign_related_fields) != 1:
        raise UnreadableError(f"`{field.name}` has a key of several columns")
    target: type[Model] = field.remote_field.model
    return target


def many_target(model: type[Model], accessor: str) -> tuple[type[Model], str]:
    """The model of a relation to many, and the owner's column that its rows refer to."""
    descriptor = static_attribute(model, accessor)
    if type(descriptor) is ManyToManyDescriptor:
        field = descriptor.field
        rel = field.remote_field
        target = rel.related_model if descriptor.reverse else rel.model
        name = field.m2m_reverse_field_name() if descriptor.reverse else field.m2m_field_name()
        keys = descriptor.through._meta.get_field(name).foreign_related_fields
    elif type(descriptor) is ReverseManyToOneDescriptor:
        target = descriptor.rel.related_model
        keys = descriptor.field.foreign_related_fields
    else:
        what = f"`{model.__name__}.{accessor}`"
        raise UnreadableError(f"{what} is no relation to many objects")
    if len(keys) != 1:
        raise UnreadableError(f"`{accessor}` has a key of several columns")
    return target, keys[0].attname
