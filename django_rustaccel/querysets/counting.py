"""``QuerySet.count()`` whose SQL Django makes once for queries that differ in nothing but values.

A page by number or offset counts all rows first. Django makes and compiles a query for that each
time, which takes as long as the database needs to count a few thousand rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from django_rustaccel.querysets.statements import MAX_STATEMENTS, identity_of

#: The SQL of a count; ``None`` where only Django can make it.
_known: dict[Any, str | None] = {}


def count(queryset: QuerySet[Any], stock: Callable[[], int]) -> int:
    """The number of rows of a queryset that nobody has read, as ``stock()`` counts them."""
    using, query = queryset.db, queryset.query
    if query.is_sliced:
        return stock()
    identity = identity_of(query, query.get_compiler(using))
    if identity is None:
        return stock()
    key, params = (using, *identity[0]), identity[1]
    if key not in _known:
        return _first(key, params, using, stock)
    sql = _known[key]
    return stock() if sql is None else _run(sql, params, using)


def _run(sql: str, params: list[Any], using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, tuple(params))
        number: int = cursor.fetchone()[0]
    return number


def _first(key: Any, params: list[Any], using: str, stock: Callable[[], int]) -> int:
    """Let Django count, and keep its statement if it has the parameters that were expected."""
    with _statements(using) as seen:
        number = stock()
    if len(_known) >= MAX_STATEMENTS:
        _known.clear()
    is_expected = len(seen) == 1 and list(seen[0][1] or ()) == params
    _known[key] = seen[0][0] if is_expected else None
    return number


@contextmanager
def _statements(using: str) -> Iterator[list[tuple[str, Any]]]:
    """What Django sends to the database, before any wrapper of the project changes it."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append((sql, params))
        return execute(sql, params, many, context)

    wrappers = connections[using].execute_wrappers
    wrappers.insert(0, note)  # the first is the outermost
    try:
        yield seen
    finally:
        wrappers.remove(note)
