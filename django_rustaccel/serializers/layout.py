"""What Django's serializer makes of the rows of a model: which columns, and how each is spelled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from django.db.models import (
    CompositePrimaryKey,
    DurationField,
    Field,
    FileField,
    JSONField,
    Model,
)
from django.utils.encoding import is_protected_type

from django_rustaccel.core.description import Entry, Node, Path
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.selection import value_node

_stock: Any = Field

_is_protected: Callable[[Any], bool] = is_protected_type

#: Kinds whose values are handed to the JSON encoder as they are, whatever the field says.
_PROTECTED = {"boolean", "date", "datetime", "decimal", "float", "integer", "time"}
#: Kinds for which ``str`` is what the field says.
_TEXTS = {"text", "uuid"}
#: Column types whose values are texts, beside those that every selection knows.
_TEXT_TYPES = {"FilePathField", "GenericIPAddressField"}


class Column:
    """What a column is, asked where native code is not sure: ``Serializer._value_from_field``."""

    def __init__(self, field: Any) -> None:
        self.field = field

    def to_representation(self, value: Any) -> Any:
        """From the value of the column, or from an object that has nothing but the column."""
        name = self.field.attname
        given = value if type(value) is SimpleNamespace else SimpleNamespace(**{name: value})
        value = getattr(given, name)
        return value if _is_protected(value) else self.field.value_to_string(given)


class Fields:
    """What is asked for the stock field of each entry."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields


def entries_of(
    model: type[Model], chosen: Iterable[Any], natural: Collection[Any], *, with_pk: bool
) -> list[Entry]:
    """The entries of ``{"model": …, "pk": …, "fields": {…}}``.

    Args:
        model: What the queryset is of.
        chosen: Its fields that are serialized, in order.
        natural: Those of them that are foreign keys said by natural keys.
        with_pk: False where natural keys stand for primary ones.

    Raises:
        UnreadableError: when only an instance can say what becomes of a field.

    """
    pk: Any = model._meta.pk
    if isinstance(pk, CompositePrimaryKey):
        raise UnreadableError(f"`{model.__name__}` has a composite primary key")
    entries = [_constant("model", str(model._meta), pk)]
    if with_pk:
        entries.append(_column("pk", pk, (("field", "pk"),)))
    path: Path = (("field", "fields"),)
    fields = [
        _entry(field, (*path, ("field", field.name)), is_natural=field in natural)
        for field in chosen
    ]
    node = Node("nested", {}, path, entries=fields)
    return [*entries, Entry("fields", (), node, "whole", key="fields")]


def stock_fields(model: type[Model], chosen: Iterable[Any], natural: dict[Any, Any]) -> Fields:
    """The counterpart of :func:`entries_of` that decides where native code is not sure."""
    within = Fields({field.name: natural.get(field) or Column(field) for field in chosen})
    return Fields({"model": None, "pk": Column(model._meta.pk), "fields": within})


def _constant(name: str, text: str, pk: Any) -> Entry:
    """A text that stands in every row; the primary key is a column that every row has."""
    node = Node("constant", {"text": text}, (("field", name),))
    return Entry(name, (pk.attname,), node, "path", key=name)


def _entry(field: Any, path: Path, *, is_natural: bool) -> Entry:
    if field.many_to_many:
        return _many(field, path)
    return _column(field.name, field, path, is_plain=not is_natural)


def _column(name: str, field: Any, path: Path, *, is_plain: bool = True) -> Entry:
    node = _native(field, path) if is_plain else None
    if node is not None:
        return Entry(name, (field.attname,), node, "path", key=name)
    node = Node("stock", {"column": field.attname}, path, field=type(field).__name__)
    return Entry(name, (field.attname,), node, "stock", key=name)


def _native(field: Any, path: Path) -> Node | None:
    """The kind of a column; ``None`` where the field's own method has to say it."""
    if type(field).value_from_object is not _stock.value_from_object:
        return None
    target = target_of(field)
    says: Callable[..., Any] = type(field).value_to_string
    if target.get_internal_type() in _TEXT_TYPES:
        node = Node("text", {}, path)
    else:
        node = value_node(target, path)
    node.field = type(field).__name__
    if node.kind in _PROTECTED:
        return node
    # An empty file is an empty text, which a missing value is not.
    is_file = isinstance(target, FileField) and (field is not target or field.null)
    if node.kind in _TEXTS and says is _stock.value_to_string and not is_file:
        return node
    if says is DurationField.value_to_string:
        return Node("duration", {"format": "django"}, path, field=node.field)
    return node if says is JSONField.value_to_string else None


def target_of(field: Any) -> Any:
    """The column that a foreign key holds a value of."""
    while field.is_relation:
        field = field.target_field
    return field


def _many(field: Any, path: Path) -> Entry:
    """The primary keys of the related objects."""
    target = field.remote_field.model
    pk = target._meta.pk
    kind = None if isinstance(pk, CompositePrimaryKey) else _native(pk, path)
    if kind is None or kind.kind not in ("integer", "text", "uuid"):
        raise UnreadableError(f"the primary key of `{target.__name__}` is no plain column")
    options = {"model": target, "attribute": pk.attname, "only": True}
    child = Node("key", options, (*path, ("attribute", "child_relation")))
    node = Node("many_related", {}, path, child=child)
    return Entry(field.name, (field.name,), node, "stock", key=field.name)


def chosen_fields(model: Any, selected: Any, *, natural: bool) -> Iterator[Any]:
    """The fields that ``Serializer.serialize`` goes through, in its order."""
    meta = model._meta.concrete_model._meta
    parent_link = getattr(meta.pk.remote_field, "parent_link", False) and natural
    for field in meta.local_fields:
        # Stock cuts `_id` off, which a column by its own name may not have.
        name = field.attname if field.remote_field is None else field.attname[:-3]
        is_asked_for = selected is None or name in selected
        if is_asked_for and (field.serialize or (parent_link and field is meta.pk)):
            yield field
    for field in meta.local_many_to_many:
        is_asked_for = selected is None or field.attname in selected
        if is_asked_for and field.serialize and field.remote_field.through._meta.auto_created:
            yield field
