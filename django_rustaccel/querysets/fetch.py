"""Django's SQL on Django's connection, and the driver's rows as they come."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

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
    return (
        isinstance(column, Col) and column.target.get_internal_type() in _CONVERTED_BY_SQLITE
    )


@cache
def _undeclared(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    return type(f"Undeclared{compiler.__name__}", (_UndeclaredColumns, compiler), {})


def compiler_for(query: Any, using: str) -> SQLCompiler:
    """The compiler of a query, choosing column forms that drivers return fast."""
    connection = connections[using]
    compiler = query.get_compiler(using)
    if connection.vendor == "sqlite" and not query.combinator:
        compiler.__class__ = _undeclared(type(compiler))
    return compiler  # type: ignore[no-any-return]


def fetch(compiler: SQLCompiler) -> tuple[list[tuple[Any, ...]], dict[int, int]]:
    """The rows of a query, and the PostgreSQL types of the columns that arrive as text.

    After this the compiler knows its ``select`` and ``klass_info``, unless there are no rows.
    """
    connection = compiler.connection
    try:
        sql, params = compiler.as_sql()
        if not sql:
            raise EmptyResultSet
    except EmptyResultSet:
        return [], {}
    with connection.cursor() as cursor:
        types = ask_for_text(cursor) if connection.vendor == "postgresql" else ()
        cursor.execute(sql, params)
        rows = cursor.fetchall()
        columns = enumerate(cursor.description) if types else ()
        texts = {index: column.type_code for index, column in columns if column.type_code in types}
    # Some drivers give a tuple of rows, some users a row factory.
    return [row if type(row) is tuple else tuple(row) for row in rows], texts
