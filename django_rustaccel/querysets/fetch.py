"""Django's connection runs the SQL; the driver's rows are taken as they come."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import connections
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query

from django_rustaccel.querysets.postgres import ask_for_text

#: Columns whose declared type makes Django's SQLite connection call a Python converter per cell.
_CONVERTED_BY_SQLITE = {"DateField", "DateTimeField", "TimeField", "BooleanField"}


class _UndeclaredColumns:
    """SQLite: an expression has no declared type, and a unary plus changes nothing else."""

    def get_select(self, with_col_aliases: bool = False) -> Any:
        select, klass_info, annotations = super().get_select(with_col_aliases)  # type: ignore[misc]
        select = [
            (column, (f"+{sql}", params) if _is_converted(column) else (sql, params), alias)
            for column, (sql, params), alias in select
        ]
        return select, klass_info, annotations


def _is_converted(column: Any) -> bool:
    return isinstance(column, Col) and column.target.get_internal_type() in _CONVERTED_BY_SQLITE


@cache
def _undeclared(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    return type(f"Undeclared{compiler.__name__}", (_UndeclaredColumns, compiler), {})


def compiler_for(query: Query, using: str) -> SQLCompiler:
    """The compiler of a query, choosing column forms that drivers return fast."""
    compiler = query.get_compiler(using)
    if connections[using].vendor == "sqlite" and not query.combinator:
        compiler.__class__ = _undeclared(type(compiler))
    return compiler


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
