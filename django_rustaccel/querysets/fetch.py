"""Django's connection runs the SQL; the driver's rows are taken as they come."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from django_rustaccel.querysets.postgres import ask_for_text


@contextmanager
def _collector_held_off() -> Iterator[None]:
    """Rows come by the thousand, all alive: the collector would look through them in vain."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


#: Which columns arrive as text, and of which PostgreSQL type.
Texts = tuple[tuple[int, int], ...]


def fetch(
    using: str, sql: str, params: Any, known: Texts | None, *, may_be_text: bool
) -> tuple[list[Any], Texts]:
    """The rows of a statement, and its columns that arrive as text unless they are known."""
    connection = connections[using]
    with connection.cursor() as cursor:
        wanted = may_be_text and connection.vendor == "postgresql"
        types = ask_for_text(cursor) if wanted else None
        cursor.execute(sql, params)
        with _collector_held_off():
            rows = cursor.fetchall()
        texts = text_columns(cursor, types) if known is None else known
    return rows if type(rows) is list else list(rows), texts


def text_columns(cursor: Any, types: frozenset[int] | None) -> Texts:
    """The columns of a result that are of these types."""
    if not types:
        return ()
    columns = enumerate(cursor.description)
    return tuple((i, column.type_code) for i, column in columns if column.type_code in types)
