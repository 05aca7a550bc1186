"""Which values of a model are exported, under which names, and what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import FieldError
from django.db.models import Model
from django.db.models.constants import LOOKUP_SEP

from django_rustaccel.core.description import Entry, Node, Path
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.relations import concrete_field, many_target, related_model

#: Names, or a mapping from the name in the output to a name or to the fields of a relation.
Fields = Sequence[str] | Mapping[str, Any]

#: What a column is spelled as, by its internal type; every other type is spelled as an object.
_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "BooleanField": ("boolean", {}),
    "DateField": ("date", {"format": "iso-8601"}),
    "DateTimeField": ("datetime", {"format": "iso-8601-ms", "zone": "current"}),
    "DecimalField": (
        "decimal",
        {"as_text": True, "places": None, "digits": None, "rounding": "ROUND_HALF_EVEN"},
    ),
    "DurationField": ("duration", {"format": "iso-8601"}),
    "FileField": ("text", {"file": True}),  # the name: what a file is as text
    "FloatField": ("float", {}),
    "TimeField": ("time", {"format": "iso-8601-ms"}),
    "UUIDField": ("uuid", {"format": "hex_verbose"}),
    **dict.fromkeys(("CharField", "SlugField", "TextField"), ("text", {})),
    **dict.fromkeys(
        (
            "AutoField", "BigAutoField", "BigIntegerField", "IntegerField",
            "PositiveBigIntegerField", "PositiveIntegerField", "PositiveSmallIntegerField",
            "SmallAutoField", "SmallIntegerField",
        ),
        ("integer", {"as_text": False}),
    ),
}  # fmt: skip


#: Up to so many places ``str`` spells every decimal without an exponent.
_PLAIN_PLACES = 6


def select(
    model: type[Model], fields: Fields | None, annotations: Mapping[str, Any], path: Path = ()
) -> list[Entry]:
    """The entries of a selection; without ``fields`` those of ``queryset.values()``.

    Raises:
        FieldError: for a name that neither the model nor ``annotations`` have.

    """
    if fields is None:
        fields = [*(field.attname for field in model._meta.concrete_fields), *annotations]
    return [
        _entry(model, name, what, annotations, (*path, ("field", name)))
        for name, what in _named(fields)
    ]


def _named(fields: Fields) -> Iterator[tuple[str, Any]]:
    if isinstance(fields, Mapping):
        yield from fields.items()
    elif isinstance(fields, str):
        raise TypeError("fields is a sequence of names, not one name")
    else:
        yield from ((name, name) for name in fields)


def _entry(
    model: type[Model], name: str, what: Any, annotations: Mapping[str, Any], path: Path
) -> Entry:
    """One name of the output: a column, keys of a relation, or objects behind one."""
    if not isinstance(what, str):
        relation, fields = what if isinstance(what, tuple) else (name, what)
        return _relation(model, name, _steps(relation), fields, path)
    steps = _steps(what)
    if steps == (what,) and what in annotations:
        return Entry(name, steps, value_node(annotations[what], path), "path", key=name)
    owner = _follow(model, steps[:-1])
    field = concrete_field(owner, steps[-1])
    if field is None:
        return _keys(owner, name, steps, path)
    if field.is_relation:
        steps = (*steps[:-1], field.attname)
        field = field.target_field
    return Entry(name, steps, value_node(field, path), "path", key=name, missing="null")


def value_node(field: Any, path: Path) -> Node:
    """What a column or an annotation is spelled as."""
    column = getattr(field, "output_field", field)
    kind, options = _KINDS.get(column.get_internal_type(), ("as_is", {}))
    if kind == "decimal" and (column is not field or column.decimal_places > _PLAIN_PLACES):
        kind, options = "as_is", {}
    return Node(kind, dict(options), path, field=type(column).__name__)


def _relation(
    model: type[Model], name: str, steps: tuple[str, ...], fields: Fields, path: Path
) -> Entry:
    """The objects behind a relation: one as a map, many as a list."""
    owner = _follow(model, steps[:-1])
    try:
        target = related_model(owner, steps[-1])
    except UnreadableError:
        target = _many_target(owner, steps[-1])
        entries = select(target, fields, {}, (*path, ("attribute", "child")))
        return Entry(name, steps, Node("many", {}, path, entries=entries), "stock", key=name)
    node = Node("nested", {}, path, entries=select(target, fields, {}, path))
    return Entry(name, steps, node, "path", key=name, missing="null")


def _keys(model: type[Model], name: str, steps: tuple[str, ...], path: Path) -> Entry:
    """The primary keys of the objects behind a relation to many."""
    target = _many_target(model, steps[-1])
    pk: Any = target._meta.pk
    options = {"model": target, "attribute": pk.attname}
    child = Node("key", options, (*path, ("attribute", "child_relation")))
    node = Node("many_related", {}, path, child=child)
    return Entry(name, steps, node, "stock", key=name)


def _follow(model: type[Model], names: Iterable[str]) -> type[Model]:
    """The model at the end of relations to one object each."""
    for name in names:
        try:
            model = related_model(model, name)
        except UnreadableError as error:
            raise _unknown(model, name) from error
    return model


def _many_target(model: type[Model], name: str) -> type[Model]:
    try:
        return many_target(model, name)[0]
    except UnreadableError as error:
        raise _unknown(model, name) from error


def _unknown(model: type[Model], name: str) -> FieldError:
    return FieldError(f"Cannot resolve {name!r} into a field of {model.__name__}.")


def _steps(name: str) -> tuple[str, ...]:
    """``a.b`` and Django's ``a__b``."""
    return tuple(name.replace(LOOKUP_SEP, ".").split("."))
