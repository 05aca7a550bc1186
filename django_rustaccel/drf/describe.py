"""From a serializer to the description that a plan is built of.

The description says of every readable field where its value is (source), what it is (kind) and
how to reach the stock field that decides when native code is not sure (path).
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Manager, Model
from django.db.models.fields.related_descriptors import (
    ForwardManyToOneDescriptor,
    ForwardOneToOneDescriptor,
    ManyToManyDescriptor,
    ReverseManyToOneDescriptor,
)
from django.db.models.manager import BaseManager
from django.db.models.query_utils import DeferredAttribute
from rest_framework import fields, relations

from django_rustaccel.core.description import Entry, Node, Path, Shortcut
from django_rustaccel.core.origin import belongs_to, describe_override, overridden
from django_rustaccel.drf import originals
from django_rustaccel.drf.files import file_override, uses_url
from django_rustaccel.drf.kinds import mirror_of
from django_rustaccel.drf.links import link_override
from django_rustaccel.drf.mirrors import Unsupported

#: The methods as DRF has them, whatever is installed in their place later.
STOCK_SERIALIZER = originals.Serializer.to_representation
STOCK_LIST = originals.ListSerializer.to_representation
STOCK_LIST_DATA = vars(originals.ListSerializer)["data"].fget

#: What may stand in a class as ``to_representation`` and still be stock: installing adds to it.
SERIALIZER_METHODS = {STOCK_SERIALIZER} if belongs_to(STOCK_SERIALIZER, "rest_framework") else set()
LIST_METHODS = {STOCK_LIST} if belongs_to(STOCK_LIST, "rest_framework") else set()


def describe(serializer: Any, path: Path = ()) -> list[Entry]:
    """The readable fields of a serializer instance, in order."""
    model = model_of(serializer)
    entries = []
    for name, field in serializer.fields.items():
        if not field.write_only:
            entry = _entry(name, field, model, (*path, ("field", name)))
            entry.key, entry.missing = field.field_name, _missing(field)
            entries.append(entry)
    return entries


def _missing(field: Any) -> str:
    """What ``Field.get_attribute`` makes of an ``AttributeError``."""
    if field.default is not fields.empty:
        return "stock"
    if field.allow_null:
        return "null"
    return "stock" if field.required else "skip"


def shortcut_model(serializer: Any) -> type[Model] | None:
    """The model whose instances may be read from their ``__dict__``."""
    model = model_of(serializer)
    if model is None or model.__getattribute__ is not object.__getattribute__:
        return None
    return model


def model_of(serializer: Any) -> type[Model] | None:
    """``Meta.model``, if it is a model."""
    model = getattr(getattr(serializer, "Meta", None), "model", None)
    return model if isinstance(model, type) and issubclass(model, Model) else None


def serializer_override(serializer: Any) -> str:
    """Why a serializer's own code has to run for every object; empty when it need not."""
    if type(serializer).to_representation not in SERIALIZER_METHODS:
        return describe_override(serializer, "to_representation")
    if is_within_itself(serializer):
        return f"`{type(serializer).__name__}` stands within itself"
    for name in ("to_representation", "_readable_fields"):
        if name in vars(serializer) or (
            name != "to_representation" and overridden(serializer, name, originals.Serializer)
        ):
            return describe_override(serializer, name)
    return ""


def is_within_itself(serializer: Any) -> bool:
    """Whether a field of a serializer leads to its own class again: such a tree has no end."""
    above = serializer.parent
    while above is not None:
        if type(above) is type(serializer):
            return True
        above = above.parent
    return False


def list_override(serializer: Any) -> str:
    """The same for a ``ListSerializer``."""
    if type(serializer).to_representation in LIST_METHODS and "to_representation" not in vars(
        serializer
    ):
        return ""
    return describe_override(serializer, "to_representation")


def _entry(name: str, field: Any, model: type[Model] | None, path: Path) -> Entry:
    attrs = tuple(field.source_attrs)
    node = _node(field, path)
    stock = Entry(name, attrs, node, "stock")
    if "get_attribute" in vars(field):
        stock.needs_instance = describe_override(field, "get_attribute")
        return stock
    method = type(field).get_attribute
    if method is fields.Field.get_attribute:
        return _plain_entry(stock, field, model)
    if method is relations.RelatedField.get_attribute:
        return _related_entry(stock, field, model)
    if method is relations.ManyRelatedField.get_attribute:
        stock.shortcut = _many_shortcut(model, attrs)
        return stock
    if method is not fields.ModelField.get_attribute:
        stock.needs_instance = describe_override(field, "get_attribute")
    elif type(field).to_representation is fields.ModelField.to_representation:
        node.options["column"] = field.model_field.attname
    else:
        stock.needs_instance = describe_override(field, "to_representation")
    return stock


def _plain_entry(entry: Entry, field: Any, model: type[Model] | None) -> Entry:
    if not entry.attrs:
        entry.source = "whole"
        if entry.node.kind not in ("nested", "link"):
            entry.needs_instance = entry.node.reason or 'source="*" passes the whole object'
        return entry
    entry.source = "path"
    if entry.node.kind == "nested":
        entry.shortcut = _forward_shortcut(model, entry.attrs)
    elif entry.node.kind == "many":
        entry.shortcut = _many_shortcut(model, entry.attrs)
    elif entry.node.kind == "link":
        entry.shortcut = _forward_shortcut(model, entry.attrs)
    else:
        entry.shortcut = _attribute_shortcut(model, entry.attrs)
    return entry


def _related_entry(entry: Entry, field: Any, model: type[Model] | None) -> Entry:
    if not field.use_pk_only_optimization() or not entry.attrs:
        return _plain_entry(entry, field, model)
    if entry.node.kind == "key":
        entry.node.kind = "own_key"
        entry.node.options = {}
        entry.shortcut = _column_shortcut(model, entry.attrs)
    elif entry.node.kind == "link":
        entry.node.options["key_only"] = True
        entry.shortcut = _column_shortcut(model, entry.attrs)
    return entry


def _node(field: Any, path: Path) -> Node:
    """The kind of a bound field."""
    node = _kind_node(field, path)
    node.field = type(field).__name__
    return node


def _kind_node(field: Any, path: Path) -> Node:
    if "to_representation" in vars(field):
        return _stock(path, describe_override(field, "to_representation"))
    if isinstance(field, originals.ListSerializer):
        return _many_node(field, path)
    if isinstance(field, originals.Serializer):
        reason = serializer_override(field)
        if reason:
            return _stock(path, reason)
        return Node("nested", {}, path, entries=describe(field, path), model=shortcut_model(field))
    special = _SPECIAL.get(type(field).to_representation)
    if special is not None:
        return special(field, path)
    mirror = mirror_of(field)
    if isinstance(mirror, Unsupported):
        return _stock(path, mirror.reason)
    kind, options = mirror
    return Node(kind, options, path)


def _stock(path: Path, reason: str) -> Node:
    return Node("stock", {}, path, reason=reason)


def _many_node(field: Any, path: Path) -> Node:
    reason = list_override(field)
    if not reason and not isinstance(field.child, originals.Serializer):
        reason = f"`{type(field.child).__name__}` is no Serializer"
    reason = reason or serializer_override(field.child)
    if reason:
        return _stock(path, reason)
    entries = describe(field.child, (*path, ("attribute", "child")))
    return Node("many", {}, path, entries=entries, model=shortcut_model(field.child))


def _file_node(field: Any, path: Path) -> Node:
    reason = file_override(field)
    options = {"file": True, "use_url": bool(reason) or uses_url(field)}
    return Node("stock" if reason else "file", options, path, reason=reason)


def _list_node(field: Any, path: Path) -> Node:
    return Node("list", {}, path, child=_node(field.child, (*path, ("attribute", "child"))))


def _map_node(field: Any, path: Path) -> Node:
    return Node("map", {}, path, child=_node(field.child, (*path, ("attribute", "child"))))


def _key_node(field: Any, path: Path) -> Node:
    child = None
    if field.pk_field is not None:
        child = _node(field.pk_field, (*path, ("attribute", "pk_field")))
    model = getattr(field.queryset, "model", None) or _target(field) or Model
    meta = getattr(model, "_meta", None)
    attribute = meta.pk.attname if meta is not None and meta.pk is not None else "pk"
    return Node("key", {"model": model, "attribute": attribute}, path, child=child)


def _target(field: Any) -> type[Model] | None:
    """The model a read-only relation leads to, where the serializer's model says so."""
    owner = field.parent if isinstance(field.parent, relations.ManyRelatedField) else field
    model = getattr(getattr(owner.parent, "Meta", None), "model", None)
    if model is None or len(owner.source_attrs) != 1:
        return None
    try:
        target: type[Model] | None = model._meta.get_field(owner.source_attrs[0]).related_model
    except FieldDoesNotExist:
        return None
    return target


def _slug_node(field: Any, path: Path) -> Node:
    return Node("slug", {"path": field.slug_field.replace("__", ".").split(".")}, path)


def _link_node(field: Any, path: Path) -> Node:
    reason = link_override(field, relations.HyperlinkedRelatedField)
    if reason:
        return _stock(path, reason)
    lookup = None if field.lookup_field == "pk" else field.lookup_field
    return Node("link", {"lookup": lookup, "key_only": False}, path)


def _many_related_node(field: Any, path: Path) -> Node:
    child = _node(field.child_relation, (*path, ("attribute", "child_relation")))
    return Node("many_related", {}, path, child=child, reason=child.reason)


_SPECIAL = {
    fields.ListField.to_representation: _list_node,
    fields.DictField.to_representation: _map_node,
    fields.FileField.to_representation: _file_node,
    relations.PrimaryKeyRelatedField.to_representation: _key_node,
    relations.SlugRelatedField.to_representation: _slug_node,
    relations.HyperlinkedRelatedField.to_representation: _link_node,
    relations.ManyRelatedField.to_representation: _many_related_node,
}


def _descriptor(model: type[Model] | None, attrs: tuple[str, ...]) -> Any:
    if model is None or len(attrs) != 1:
        return None
    return next((vars(cls)[attrs[0]] for cls in model.__mro__ if attrs[0] in vars(cls)), None)


def _attribute_shortcut(model: type[Model] | None, attrs: tuple[str, ...]) -> Shortcut | None:
    is_column = type(_descriptor(model, attrs)) is DeferredAttribute
    return ("attribute", attrs[0]) if is_column else None


def _forward_shortcut(model: type[Model] | None, attrs: tuple[str, ...]) -> Shortcut | None:
    descriptor = _descriptor(model, attrs)
    if type(descriptor) not in (ForwardManyToOneDescriptor, ForwardOneToOneDescriptor):
        return None
    return ("forward", _cache_name(descriptor.field))


def _column_shortcut(model: type[Model] | None, attrs: tuple[str, ...]) -> Shortcut | None:
    descriptor = _descriptor(model, attrs)
    if type(descriptor) not in (ForwardManyToOneDescriptor, ForwardOneToOneDescriptor):
        return None
    return ("column", descriptor.field.attname)


def _many_shortcut(model: type[Model] | None, attrs: tuple[str, ...]) -> Shortcut | None:
    descriptor = _descriptor(model, attrs)
    if type(descriptor) is ManyToManyDescriptor:
        if descriptor.reverse:
            name = descriptor.field.related_query_name()
        else:
            name = descriptor.field.name
    elif type(descriptor) is ReverseManyToOneDescriptor:
        name = _cache_name(descriptor.rel)
    else:
        return None
    if not _is_stock_manager(descriptor.related_manager_cls):
        return None
    return ("prefetched", name)


def _cache_name(field: Any) -> str:
    """The key under which a field or relation keeps related objects on an instance."""
    name: str = field.cache_name
    return name


def _is_stock_manager(manager: type[Any]) -> bool:
    return issubclass(manager, Manager) and manager.all is BaseManager.all
