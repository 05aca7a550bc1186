"""What is known about a model field: of which type its values are, and which validators it has.

As for serializer fields, a kind is found by the *functions* that a field class has: a subclass that
inherits them has the kind, one that overrides them, or a field that is patched, has not.
"""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core import validators
from django.db import models
from django.db.models.fields import AutoFieldMixin, related
from django.db.models.query_utils import DeferredAttribute
from django.utils.choices import BaseChoiceIterator

STOCK = "stock"
#: ``to_python`` of a field class, and the type that it returns as it is.
KINDS: dict[Any, str] = {
    models.BinaryField.to_python: "bytes",
    models.BooleanField.to_python: "boolean",
    models.CharField.to_python: "text",
    models.DateField.to_python: "date",
    models.DateTimeField.to_python: "datetime",
    models.DecimalField.to_python: "decimal",
    models.DurationField.to_python: "duration",
    models.FloatField.to_python: "float",
    models.IntegerField.to_python: "integer",
    models.TextField.to_python: "text",
    models.TimeField.to_python: "time",
    models.UUIDField.to_python: "uuid",
}
#: The other functions that ``clean`` comes down to, as Django has them.
KNOWN: dict[str, set[Any]] = {
    "clean": {models.Field.clean},
    "run_validators": {models.Field.run_validators},
    "validate": {models.Field.validate, models.ForeignKey.validate, AutoFieldMixin.validate},
}
ATTRIBUTES: tuple[Any, ...] = (
    DeferredAttribute,
    vars(related)["ForeignKeyDeferredAttribute"],
)
COMPARABLE = (int, float, Decimal, datetime.date, datetime.datetime, datetime.time,
              datetime.timedelta)  # fmt: skip

Limit = tuple[Any, ...]


def is_relation(field: models.Field[Any, Any]) -> bool:
    """Whether ``validate`` of a field looks for the row that its value is the key of."""
    return isinstance(field, models.ForeignKey) and not field.remote_field.parent_link


def describe(field: models.Field[Any, Any], model: type[models.Model]) -> tuple[Any, ...]:
    """The arguments of a column of the native checker."""
    limits = list(_limits(field))
    kind = _kind(field)
    choices = _choices(field) if field.editable else None
    is_known = (
        None not in limits
        and field.empty_values is models.Field.empty_values
        and is_attribute(field, model)
    )
    if kind == STOCK or not is_known:
        return (field.attname, STOCK, None, False, False, None, [])
    empty = bool(field.blank)
    is_parent_link = isinstance(field, models.ForeignKey) and field.remote_field.parent_link
    member = _member(field) if kind == "text" else None
    return (field.attname, kind, member, empty or is_parent_link, empty, choices, limits)


def is_attribute(field: models.Field[Any, Any], model: type[models.Model]) -> bool:
    """Whether the value of a field is what stands in ``__dict__`` under its name."""
    return type(inspect.getattr_static(model, field.attname, None)) in ATTRIBUTES


def _member(field: models.Field[Any, Any]) -> type | None:
    """The class of a default out of ``TextChoices``: its members count as the texts they are."""
    cls = type(field.default)
    if not issubclass(cls, models.TextChoices):
        return None
    names = ("__eq__", "__hash__", "__len__")
    is_text = all(getattr(cls, name) is getattr(str, name) for name in names)
    return cls if is_text else None


def _kind(field: Any) -> str:
    """The name of the type whose values the field takes as they are."""
    for name, functions in KNOWN.items():
        if name in vars(field) or getattr(type(field), name) not in functions:
            return STOCK
    if "to_python" in vars(field):
        return STOCK
    function: Any = type(field).to_python
    if function is models.ForeignKey.to_python:
        return _kind(field.target_field)
    return KINDS.get(function, STOCK)


def _choices(field: models.Field[Any, Any]) -> frozenset[Any] | None:
    """The choices that are plain texts or integers; ``None`` if there are no choices at all."""
    choices: Any = field.choices
    if choices is None:
        return None
    if isinstance(choices, BaseChoiceIterator):
        choices = list(choices)
    return frozenset(key for key in _keys(choices) if type(key) in (str, int))


def _keys(choices: Any) -> Iterator[Any]:
    for key, value in choices:
        if isinstance(value, (list, tuple)):
            yield from (inner for inner, _ in value)
        else:
            yield key


def _limits(field: models.Field[Any, Any]) -> Iterator[Limit | None]:
    """Each validator as the native checker knows it; ``None`` for one that it does not."""
    for validator in field.validators:
        yield _limit(validator)


def _limit(validator: Any) -> Limit | None:
    cls: Any = type(validator)
    if cls is validators.DecimalValidator:
        return ("digits", validator.max_digits, validator.decimal_places)
    if cls is validators.RegexValidator:
        return ("pattern", validator.regex.search, not validator.inverse_match)
    if cls in LENGTHS:
        limit = validator.limit_value
        return (LENGTHS[cls], limit) if type(limit) is int and limit >= 0 else None
    if cls in VALUES:
        limit = validator.limit_value
        return (VALUES[cls], limit) if type(limit) in COMPARABLE else None
    is_djangos = getattr(cls, "__module__", "") == validators.__name__
    return ("validator", validator) if is_djangos and callable(validator) else None


LENGTHS = {validators.MinLengthValidator: "shortest", validators.MaxLengthValidator: "longest"}
VALUES = {validators.MinValueValidator: "least", validators.MaxValueValidator: "most"}
