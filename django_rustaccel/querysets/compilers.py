"""Django's compiler, with columns in forms that drivers return fast and rows in stock's order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query

from django_rustaccel.querysets.columns import Route

#: Columns whose declared type makes Django's SQLite connection call a Python converter per cell.
_CONVERTED_BY_SQLITE = {"DateField", "DateTimeField", "TimeField", "BooleanField"}


class _RowCompiler:
    """Mixed into the compiler class of a backend."""

    query: Query
    connection: Any
    #: Joins that stock would not make: it would fetch their objects one by one.
    added: frozenset[Route] = frozenset()

    def get_select(self, with_col_aliases: bool = False) -> Any:
        before = set(self.query.alias_map)
        select, klass_info, annotations = super().get_select(with_col_aliases)  # type: ignore[misc]
        if self.added:
            aliases = set(_aliases(select, klass_info, (), self.added)) - before
            # An outer join neither drops rows nor lets the database begin with the other table.
            self.query.promote_joins(aliases)
        if self.connection.vendor == "sqlite" and not self.query.combinator:
            select = [_undeclared(*column) for column in select]
        return select, klass_info, annotations


def _aliases(select: Any, info: Any, route: Route, wanted: frozenset[Route]) -> Iterable[str]:
    if route in wanted:
        yield select[info["select_fields"][0]][0].alias
    for related in info.get("related_klass_infos", ()):
        yield from _aliases(select, related, (*route, relation_name(related)), wanted)


def relation_name(related: Any) -> str:
    """The name on the model of a relation that ``klass_info`` follows."""
    field = related["field"]
    name: str = field.remote_field.get_accessor_name() if related["reverse"] else field.name
    return name


def _undeclared(column: Any, compiled: tuple[str, Any], alias: Any) -> Any:
    """SQLite: an expression has no declared type, and a unary plus changes nothing else."""
    if isinstance(column, Col) and column.target.get_internal_type() in _CONVERTED_BY_SQLITE:
        compiled = (f"+{compiled[0]}", compiled[1])
    return column, compiled, alias


@cache
def _row_compiler(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    return type(f"Row{compiler.__name__}", (_RowCompiler, compiler), {})


def compiler_for(query: Query, using: str, added: frozenset[Route]) -> SQLCompiler:
    """The compiler of a query in which the joins of ``added`` routes are not stock's."""
    compiler: Any = query.get_compiler(using)
    cls: Any = type(compiler)
    compiler.__class__ = _row_compiler(cls)
    compiler.added = added
    return compiler  # type: ignore[no-any-return]


def add_joins(query: Query, joins: Iterable[Route]) -> frozenset[Route]:
    """Select the related objects of these routes too; returns those that were not selected."""
    added = unselected(query, joins)
    if added or isinstance(query.select_related, bool):
        query.add_select_related(["__".join(route) for route in sorted(joins)])
    return added


def unselected(query: Query, joins: Iterable[Route]) -> frozenset[Route]:
    """The routes whose objects the query does not select."""
    return frozenset(route for route in joins if not _is_selected(query.select_related, route))


def _is_selected(selected: Any, route: Route) -> bool:
    for name in route:
        if not isinstance(selected, dict) or name not in selected:
            return False
        selected = selected[name]
    return True
