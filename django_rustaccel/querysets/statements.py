"""SQL that Django's compiler made, kept for queries that differ in nothing but values.

Compiling costs Django a quarter of a millisecond, as much as a page of rows costs the database. A
query that consists of understood parts only has a key; the first query of a key is compiled by
Django, and its statement serves the next ones if the parameters worked out here are those that
Django's compiler gave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.lookups import BuiltinLookup, IsNull
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.query import Query
from django.db.models.sql.where import WhereNode

from django_rustaccel.core.engine import Shape
from django_rustaccel.querysets.columns import Cell, Route
from django_rustaccel.querysets.compilers import compiler_for, relation_name
from django_rustaccel.querysets.postgres import Texts

#: Statements kept for one plan and model; beyond it all are dropped.
MAX_STATEMENTS = 128


@dataclass(eq=False)
class Statement:
    """A compiled query: its text without limits, and where its columns are."""

    sql: str
    #: The selected expressions, by their place in a row.
    select: list[Any]
    #: Where every model column is in a row.
    columns: dict[tuple[Route, str], int]
    annotations: dict[str, int]
    #: False with an array or range among the columns: psycopg makes their elements like columns.
    may_be_text: bool = True
    #: Whether its rows are worth taking in parts: whether there were so many the last time.
    is_long: bool = True
    #: The shape of its rows, by which columns arrive as text.
    shapes: dict[Texts, Shape] = field(default_factory=dict)

    @classmethod
    def of(cls, compiler: SQLCompiler, sql: str) -> Statement:
        """Note what a compiler knows after it made ``sql``."""
        columns: dict[tuple[Route, str], int] = {}
        _add_columns(compiler, compiler.klass_info, (), columns)
        select = [expression for expression, _, _ in compiler.select or ()]
        statement = cls(sql, select, columns, dict(compiler.annotation_col_map or {}))
        statement.may_be_text = not any(_has_elements(expression) for expression in select)
        return statement

    def index(self, cell: Cell) -> int:
        """Where a cell is in a row."""
        if cell.field is None and cell.name != "pk":
            return self.annotations[cell.name]
        name = cell.field.attname if cell.field is not None else "pk"
        return self.columns[(cell.route, name)]


def _has_elements(expression: Any) -> bool:
    classes = type(expression.output_field).__mro__
    return any(cls.__module__.startswith("django.contrib.postgres") for cls in classes)


def prepare(
    query: Query, using: str, added: frozenset[Route], known: dict[Any, Statement | None]
) -> tuple[Statement, str, Any]:
    """The statement of a query with its full text and parameters.

    ``added`` are the joins in it that stock would not make.

    Raises:
        EmptyResultSet: when the query can have no rows.

    """
    compiler = compiler_for(query, using, added)
    identity = identity_of(query, compiler)
    if identity is None:
        return _compile(compiler)
    key, params = identity
    key = (using, added, *key)
    if key not in known:
        if len(known) >= MAX_STATEMENTS:
            known.clear()
        sql, compiled = compiler.as_sql(with_limits=False)
        same = list(compiled) == params
        known[key] = Statement.of(compiler, sql) if same else None
    statement = known[key]
    if statement is None:
        return _compile(compiler_for(query, using, added))
    limits = ""
    if query.is_sliced:
        limits = " " + compiler.connection.ops.limit_offset_sql(query.low_mark, query.high_mark)
    return statement, statement.sql + limits, tuple(params)


def _compile(compiler: SQLCompiler) -> tuple[Statement, str, Any]:
    sql, params = compiler.as_sql()
    if not sql:
        raise EmptyResultSet
    return Statement.of(compiler, sql), sql, params


def _add_columns(compiler: Any, info: Any, route: Route, columns: Any) -> None:
    for index in info["select_fields"]:
        columns[(route, compiler.select[index][0].target.attname)] = index
    pk = info["model"]._meta.pk.attname
    if (route, pk) in columns:
        columns[(route, "pk")] = columns[(route, pk)]
    for related in info.get("related_klass_infos", ()):
        _add_columns(compiler, related, (*route, relation_name(related)), columns)


#: Parts of a query that have to be as they are in a new one.
_UNUSED = (
    "annotations", "combinator", "combined_queries", "distinct_fields", "explain_info", "extra",
    "extra_order_by", "extra_tables", "group_by", "select", "select_for_update", "values_select",
    "_filtered_relations",
)  # fmt: skip

#: Values whose type says all that the SQL depends on.
_VALUES = (int, str, float, Decimal, UUID, datetime, date, time)

_LOOKUP_MODULES = ("django.db.models.lookups", "django.db.models.fields.related_lookups")


def identity_of(query: Query, compiler: SQLCompiler) -> tuple[tuple[Any, ...], list[Any]] | None:
    """What the SQL of a query depends on, and its parameters; ``None`` if not understood."""
    if type(query) is not Query or any(getattr(query, name, None) for name in _UNUSED):
        return None
    ordering = _ordering(query)
    if ordering is None:
        return None
    where: list[Any] = []
    params: list[Any] = []
    if not _add_where(query.where, compiler, where, params):
        return None
    key = (
        query.model,
        query.default_cols,
        query.distinct,
        ordering,
        _frozen(query.select_related),
        (frozenset(query.deferred_loading[0]), query.deferred_loading[1]),
        tuple(query.alias_refcount.items()),
        tuple((alias, *_join(join)) for alias, join in query.alias_map.items()),
        tuple(where),
    )
    return key, params


def _ordering(query: Query) -> tuple[Any, ...] | None:
    names: Any = query.order_by
    model: type[Model] | None = query.model
    if not names and query.default_ordering and model is not None:
        names = model._meta.ordering
    if not all(isinstance(name, str) for name in names):
        return None
    return (query.standard_ordering, query.default_ordering, tuple(names))


def _frozen(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    return tuple((name, _frozen(below)) for name, below in tree.items())


def _join(join: Any) -> tuple[Any, ...]:
    return (join.identity, join.join_type)


def _add_where(node: WhereNode, compiler: SQLCompiler, key: list[Any], params: list[Any]) -> bool:
    """Add a tree of conditions to the key and the parameters; false if not understood."""
    if type(node) is not WhereNode:
        return False
    key.append((node.connector, node.negated, len(node.children)))
    return all(
        _add_where(child, compiler, key, params)
        if isinstance(child, WhereNode)
        else _add_lookup(child, compiler, key, params)
        for child in node.children
    )


def _add_lookup(lookup: Any, compiler: SQLCompiler, key: list[Any], params: list[Any]) -> bool:
    cls = type(lookup)
    if (
        not isinstance(lookup, BuiltinLookup)
        or cls.__module__ not in _LOOKUP_MODULES
        or type(lookup.lhs) is not Col
        or lookup.bilateral_transforms
    ):
        return False
    column = (lookup.lhs.alias, lookup.lhs.target)
    if cls is IsNull:
        key.append((cls, column, lookup.rhs))
        return True
    if type(lookup.rhs) not in _VALUES:
        return False
    try:
        sql, values = lookup.process_rhs(compiler, compiler.connection)
    except (EmptyResultSet, FullResultSet):
        return False
    key.append((cls, column, sql))
    params.extend(values)
    return True
