"""Django's connection runs the SQL; the driver's rows are taken as they come."""

from __future__ import annotations

from typing import Any

from django.db import connections

from django_rustaccel.querysets.postgres import ask_for_text


def fetch(using: str, sql: str, params: Any) -> tuple[list[Any], tuple[tuple[int, int], ...]]:
    """The rows of a statement; and which columns arrive as text of which PostgreSQL type."""
    connection = connections[using]
    with connection.cursor() as cursor:
        types = ask_for_text(cursor) if connection.vendor == "postgresql" else ()
        cursor.execute(sql, params)
        rows = cursor.fetchall()
        columns = enumerate(cursor.description) if types else ()
        texts = tuple((i, column.type_code) for i, column in columns if column.type_code in types)
    return rows if type(rows) is list else list(rows), texts
