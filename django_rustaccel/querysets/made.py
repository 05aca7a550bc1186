"""Values that a model instance makes of one column: they are made of a cell the same way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partialmethod
from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from django.db.models.fields.files import (
    FieldFile,
    FileDescriptor,
    ImageFieldFile,
    ImageFileDescriptor,
)
from django.utils.translation import get_language

from django_rustaccel.core.origin import belongs_to
from django_rustaccel.querysets.cells import Form
from django_rustaccel.querysets.obstacles import UnreadableError, static_attribute

_stock_display: Any = Model._get_FIELD_display  # type: ignore[attr-defined]

#: Labels kept for one column and all languages; beyond it they are looked up anew.
_MAX_LABELS = 1024


@dataclass(frozen=True, eq=False)
class Made:
    """A value made of the column of a field, by a call with what an instance has in it."""

    field: Any
    make: Callable[[Any], Any]
    #: Whether it may be made later: it depends on nothing but the column.
    certain: bool
    #: How it is read natively where the driver's value is what an instance has.
    form: tuple[str, tuple[Any, ...]] = ("load", ())


def display_of(model: type[Model], name: str) -> Made | None:
    """``get_FOO_display``, unless the model has a method of its own there."""
    method = static_attribute(model, name)
    if not isinstance(method, partialmethod) or method.func is not _stock_display:
        return None
    field = method.keywords.get("field")
    # A cell without a value is `None` without anybody being asked.
    if field is None or any(value is None for value, _ in field.flatchoices):
        return None
    labels = [label for _, label in field.flatchoices]
    is_fixed = isinstance(field.choices, list)
    certain = is_fixed and all(type(label) is str for label in labels)
    return Made(field, _Display(field) if is_fixed else _label_of(field), certain)


def _label_of(field: Any) -> Callable[[Any], Any]:
    def make(value: Any) -> Any:
        return _stock_display(SimpleNamespace(**{field.attname: value}), field)

    return make


class _Display:
    """Labels of fixed choices, each looked up once in a language: Django makes a dict each time."""

    def __init__(self, field: Any) -> None:
        self.label_of = _label_of(field)
        self.labels: dict[tuple[Any, ...], Any] = {}

    def __call__(self, value: Any) -> Any:
        key = (value, type(value), get_language())
        try:
            known = self.labels.get(key)
        except TypeError:
            return self.label_of(value)
        if known is None:
            if len(self.labels) >= _MAX_LABELS:
                self.labels.clear()
            known = self.labels[key] = self.label_of(value)
        return known


def file_of(model: type[Model], field: Any, *, use_url: bool) -> Made:
    """The ``FieldFile`` of a column, for its name or its URL.

    A URL depends on more than the column, which is settled when rows have been read.

    Raises:
        UnreadableError: when a class of the project's own makes it, which may ask its instance.

    """
    descriptor = static_attribute(model, field.attname)
    if type(descriptor) not in (FileDescriptor, ImageFileDescriptor):
        raise UnreadableError(f"`{type(descriptor).__name__}` makes the value of `{field.attname}`")
    if field.attr_class not in (FieldFile, ImageFieldFile):
        raise UnreadableError(f"`{field.attr_class.__name__}` may ask the object of its file")
    form = ("file", (field if use_url else None,))
    return Made(field, lambda name: field.attr_class(None, field, name), certain=True, form=form)


def stand_in_of(model: type[Model], field: Any) -> Made:
    """An object that has the column and nothing else, for ``Field.value_to_string``.

    Raises:
        UnreadableError: when the project's own method says it, which may ask for more.

    """
    for name in ("value_from_object", "value_to_string"):
        if not belongs_to(getattr(type(field), name), "django"):
            raise UnreadableError(f"`{type(field).__name__}.{name}` may ask for the whole object")
    return Made(field, lambda value: SimpleNamespace(**{field.attname: value}), certain=False)


def form_of_made(form: Form, made: Made) -> Form:
    """From the driver's value to the made one, by way of what an instance has in the column."""
    load, make = form[2], made.make
    if load is None:
        return (*made.form, make)
    return ("load", (), lambda value: make(load(value)))
