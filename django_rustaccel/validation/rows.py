"""Asking for many rows at once what stock asks for one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connections, models
from django.db.models import lookups
from django.db.models.sql import Query

T = TypeVar("T")

#: Values in one query where the database itself sets no limit.
MAX_VALUES = 5000
#: Functions that a question is put by; a queryset with one of its own answers alone.
METHODS = ("_filter_or_exclude", "complex_filter", "db", "exclude", "exists", "filter",
           "_filter_or_exclude_inplace", "order_by", "values_list", "__iter__",
           "iterator", "_chain", "_clone", "_fetch_all")  # fmt: skip


def is_plain(manager: models.Manager[Any]) -> bool:
    """Whether many rows of a manager can be asked for like one."""
    if type(manager).filter is not models.Manager.filter:
        return False
    queryset = manager.all()
    query = queryset.query
    return (
        all(getattr(type(queryset), name) is getattr(models.QuerySet, name) for name in METHODS)
        and type(query) is Query
        and not (query.distinct or query.group_by or query.combinator or query.is_sliced)
    )


def is_djangos(field: Any) -> bool:
    """Whether ``field__in`` finds what ``field`` finds value by value: for Django's own it does."""
    own = field.target_field if field.is_relation else field
    return (
        type(field).__module__.startswith("django.db.models.fields")
        and type(own).__module__.startswith("django.db.models.fields")
        and all(own.get_lookup(name).__module__ == lookups.__name__ for name in ("exact", "in"))
    )


def values_at_once(using: str) -> int:
    """How many values one query of a database takes."""
    limit = connections[using].features.max_query_params
    return min(limit or MAX_VALUES, MAX_VALUES)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of ``size`` items, and a shorter one at the end."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def is_askable(value: Any) -> bool:
    """Whether a value may stand among others: of a plain type, and of 64 bits at most."""
    if type(value) is int:
        return -MAX_INTEGER <= value < MAX_INTEGER
    return type(value) in ASKABLE


ASKABLE = frozenset({bool, date, datetime, Decimal, str, time, timedelta, UUID})
MAX_INTEGER = 1 << 63
