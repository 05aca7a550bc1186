"""Columns whose values Python can hold together with those of a row."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import Field, Model

_PARTS = ("day", "month", "year")
_LOOKUPS = ("exact", "iexact")


@dataclass(frozen=True)
class Column:
    """One side of a comparison with a column, or with a part of its dates."""

    #: The column in Django's spelling: ``title``, ``published__year``.
    name: str
    #: ``exact`` or ``iexact``.
    lookup: str
    #: What stands for a value, and may be looked up; ``None`` if only the database knows.
    convert: Callable[[Any], Any]
    #: Whether values are the same to the database exactly if they are equal in Python.
    is_certain: bool
    #: Whether at most one row has a value, as the database compares them.
    is_unique: bool


def column_of(model: type[Model], path: str, using: str) -> Column | None:
    """The column that a keyword of ``filter`` compares, if its values can be compared here.

    ``using`` is the alias of the database.
    """
    name, _, rest = path.partition("__")
    try:
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if not getattr(field, "concrete", False) or field.many_to_many:
        return None
    if rest in _PARTS:
        return _part(path, field)
    lookup = rest or "exact"
    convert = _converter(field, using)
    if lookup not in _LOOKUPS or convert is None:
        return None
    is_certain = lookup == "exact" and _is_certain(_target(field), using)
    return Column(name, lookup, convert, is_certain, field.unique)


def _part(path: str, field: Any) -> Column | None:
    if not _is_own(field) or field.get_internal_type() not in ("DateField", "DateTimeField"):
        return None
    return Column(path, "exact", _integer(1, 9999), is_certain=True, is_unique=False)


def _converter(field: Any, using: str) -> Callable[[Any], Any] | None:
    target = _target(field)
    if not _is_own(target):
        return None
    convert = _of_type(target, using)
    if convert is None or not field.is_relation:
        return convert
    # Rows are compared with related objects by what the column refers to.
    attribute, related = target.attname, target.model
    return lambda value: convert(getattr(value, attribute) if isinstance(value, related) else value)


def _of_type(field: Any, using: str) -> Callable[[Any], Any] | None:
    name = field.get_internal_type()
    if name in _CONVERTERS:
        return _CONVERTERS[name]
    if name.endswith(("AutoField", "IntegerField")):
        operations: Any = connections[using].ops
        low, high = operations.integer_field_range(name)
        return _integer(-(2**63) if low is None else low, 2**63 - 1 if high is None else high)
    return None


def _target(field: Any) -> Any:
    """The column that holds the values: of the other model for a relation."""
    while field.is_relation:
        field = field.target_field
    return field


def _is_own(field: Field[Any, Any]) -> bool:
    """Whether Django alone prepares the values of a field; subclasses of others may change them."""
    return type(field).__module__.startswith("django.db.models.fields")


def _is_certain(field: Any, using: str) -> bool:
    """Whether the database compares as Python does.

    Text may have a collation that takes ``a`` for ``A``. On PostgreSQL only a column of its own
    collation can; elsewhere the table may have been made by others than Django.
    """
    name = field.get_internal_type()
    if name in _TEXTS:
        return connections[using].vendor == "postgresql" and not field.db_collation
    return name not in _INEXACT


def _integer(low: int, high: int) -> Callable[[Any], Any]:
    def convert(value: Any) -> int | None:
        if type(value) is str and len(value) < 20 and value.isascii() and value.isdigit():
            # Other spellings of a number are left to Django's `int()`.
            value = int(value) if value == "0" or value[0] != "0" else None
        return value if type(value) is int and low <= value <= high else None

    return convert


def _text(value: Any) -> str | None:
    """Text that every database takes: PostgreSQL has no NUL, and UTF-8 no surrogates."""
    if type(value) is not str or "\0" in value:
        return None
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        return None
    return value


def _uuid(value: Any) -> int | None:
    """Its number, which `UUIDField` takes: UUIDs are hashed and compared by Python code."""
    if type(value) is str and len(value) in (32, 36):
        return _uuid_of(value)
    return value.int if type(value) is uuid.UUID else None


@lru_cache(maxsize=4096)
def _uuid_of(text: str) -> int | None:
    """Texts come twice within a list: as what is expected, and as what is asked."""
    try:
        return uuid.UUID(text).int
    except ValueError:
        return None


def _float(value: Any) -> float | None:
    return value if type(value) is float and math.isfinite(value) else None


def _decimal(value: Any) -> decimal.Decimal | None:
    return value if type(value) is decimal.Decimal and value.is_finite() else None


def _only(kind: type) -> Callable[[Any], Any]:
    return lambda value: value if type(value) is kind else None


_TEXTS = {"CharField", "SlugField", "TextField"}
#: What a database may round before it compares.
_INEXACT = {"DateTimeField", "DecimalField", "FloatField", "TimeField"}
_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_TEXTS, _text),
    "BooleanField": _only(bool),
    "DateField": _only(datetime.date),
    "DateTimeField": _only(datetime.datetime),
    "DecimalField": _decimal,
    "FloatField": _float,
    "TimeField": _only(datetime.time),
    "UUIDField": _uuid,
}
