"""The rows tier: a queryset and its relations as tables of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, router
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.fields.related_descriptors import (  # type: ignore[attr-defined]
    _filter_prefetch_queryset,
)
from django.db.models.manager import BaseManager

from django_rustaccel.core import statistics
from django_rustaccel.core.engine import Ahead, Shape
from django_rustaccel.querysets.cells import form_of
from django_rustaccel.querysets.columns import Many, Needs, Route
from django_rustaccel.querysets.compilers import add_joins
from django_rustaccel.querysets.fetch import Cells, MadeRows, fetch, fetch_in_chunks
from django_rustaccel.querysets.keys import PLACE, spell, widen
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.postgres import PART, Texts
from django_rustaccel.querysets.readable import lookups_of, readable
from django_rustaccel.querysets.shapes import shape_of
from django_rustaccel.querysets.statements import Statement, prepare

#: Gives what writes rows of a shape, if they will most likely be rendered.
WriteAhead = Callable[[Shape], Ahead | None]

#: `(rows, shape, [child, …])`
Table = tuple[Any, ...]

#: `(index of the key in its rows, table, what has written these while they arrived)`
Child = tuple[int, Table, Ahead | None]

NOTHING: Table = (MadeRows(), Shape("object", ()), [])


class Read(NamedTuple):
    """What was read of a queryset."""

    table: Table
    #: Whether it may wait for somebody to look at it: whether nothing can fail by then.
    can_wait: bool
    statement: Statement | None
    using: str
    #: Django's query, and the joins in it that stock would not make.
    query: Any = None
    added: frozenset[Route] = frozenset()
    #: Which columns arrived as text, and of which PostgreSQL type.
    texts: Texts = ()
    #: What has written rows while they arrived.
    ahead: Ahead | None = None

    def values(self, name: str) -> list[Any] | None:
        """The values of a column of the queryset's model, as its instances have them."""
        statement = self.statement
        if statement is None or ((), name) not in statement.columns:
            return None if self.table[0] else []
        index = statement.columns[((), name)]
        load = form_of(statement.select[index], self.using, dict(self.texts).get(index))[2]
        cells = self.table[0].column(index)
        return cells if load is None else [None if c is None else load(c) for c in cells]


def read(plan: Any, queryset: QuerySet[Any], write_ahead: WriteAhead | None = None) -> Read | str:
    """Read a queryset for a plan, or say why rows cannot serve it.

    Nothing is sent to the database unless the whole tree of relations can be read. ``write_ahead``
    is asked for what writes rows of a shape while they arrive.
    """
    try:
        needs = readable(plan, queryset)
    except UnreadableError as error:
        return str(error)
    reading = _Reading(queryset, needs, write_ahead if needs.can_wait else None)
    return reading.done(reading.table())


def read_in_chunks(plan: Any, queryset: QuerySet[Any], size: int) -> Iterator[Read] | str:
    """Parts of ``size`` rows, read one after the other; or why rows cannot serve."""
    try:
        needs = readable(plan, queryset)
    except UnreadableError as error:
        return str(error)
    reading = _Reading(queryset, needs)
    return map(reading.done, reading.tables(size))


class _Reading:
    """One queryset on its way to a table."""

    def __init__(
        self, queryset: QuerySet[Any], needs: Needs, write_ahead: WriteAhead | None = None
    ) -> None:
        self.write_ahead = write_ahead
        self.ahead: Ahead | None = None
        self.queryset = queryset
        self.needs = needs
        self.using = queryset.db
        self.lookups = lookups_of(queryset)
        self.statement: Any = None
        self.query: Any = None
        self.added: frozenset[Route] = frozenset()
        self.texts: Texts = ()

    def table(self) -> Table:
        try:
            sql, params = self.prepare(self.needs.statements)
        except EmptyResultSet:
            return NOTHING
        table, self.texts, self.ahead = self.read(sql, params, self.write_ahead)
        return table

    def prepare(self, known: dict[Any, Any]) -> tuple[str, Any]:
        """Django's SQL for the queryset, with every column and join that is needed."""
        query = self.query = self.queryset.query.chain()
        if query.deferred_loading[0]:
            query.clear_deferred_loading()
        if self.needs.key_only:
            query.select_related = False
            query.add_immediate_loading(["pk"])
        self.added = add_joins(query, self.needs.joins) if self.needs.joins else frozenset()
        self.statement, sql, params = prepare(query, self.using, self.added, known)
        return sql, params

    def read(
        self, sql: str, params: Any, write_ahead: WriteAhead | None
    ) -> tuple[Table, Texts, Ahead | None]:
        """The table, which of its columns arrived as text, and what has written rows meanwhile."""
        statement = self.statement

        def watch(texts: Texts) -> Ahead | None:
            # Rows have to be of a shape that is known by now.
            shape = statement.shapes.get(texts)
            return None if write_ahead is None or shape is None else write_ahead(shape)

        rows, texts, ahead = fetch(
            self.using,
            sql,
            params,
            may_be_text=statement.may_be_text,
            is_long=statement.is_long,
            watch=watch,
        )
        statement.is_long = len(rows) > PART
        if not rows:
            return NOTHING, texts, None
        statistics.saved(lambda: self._joined(rows))
        return self.table_of(rows, texts, ahead), texts, ahead

    def _joined(self, rows: Cells) -> int:
        """How many queries stock sends for the objects of added joins: one for each."""
        saved = 0
        for route in self.added:
            index = next(i for (at, _), i in self.statement.columns.items() if at == route)
            found = sum(cell is not None for cell in rows.column(index))
            saved += min(found, 1) if route[0] in self.lookups else found
        return saved

    def done(self, table: Table) -> Read:
        """A table with what is known of it."""
        return Read(
            table,
            self.needs.can_wait,
            self.statement,
            self.using,
            self.query,
            self.added,
            self.texts,
            self.ahead,
        )

    def tables(self, size: int) -> Iterator[Table]:
        """The same in tables of ``size`` rows, read while they are asked for."""
        try:
            sql, params = self.prepare(self.needs.statements)
        except EmptyResultSet:
            return
        may_be_text = self.statement.may_be_text
        chunks = fetch_in_chunks(self.using, sql, params, size, may_be_text=may_be_text)
        for rows, self.texts in chunks:
            yield self.table_of(rows, self.texts)

    def table_of(self, rows: Cells, texts: Texts, ahead: Ahead | None = None) -> Table:
        """Rows with those of their relations, which are written ahead where they are."""
        shape = shape_of(self.needs, self.statement, self.using, texts)
        children = [
            self.child(many, rows, partial(ahead.relation, number) if ahead else None)
            for number, many in enumerate(self.needs.many)
        ]
        return (rows, shape, children)

    def child(self, many: Many, rows: Cells, write_ahead: WriteAhead | None) -> Child:
        """The table of a relation, and where its rows have the key they belong to."""
        keys = rows.keys(self.statement.index(many.key))
        lookup = None if many.key.route else self.lookups.get(many.attr)
        if not keys:
            return (0, NOTHING, None)
        if lookup is None:
            statistics.saved(lambda: len(keys) - 1)
        queryset = lookup.queryset if lookup is not None else None
        if queryset is None:
            is_prefetched = lookup is not None
            return read_default(many, keys, self.using, write_ahead, is_prefetched=is_prefetched)
        return read_related(many, keys, queryset, self.using, write_ahead, is_prefetched=True)


def read_related(
    many: Many,
    keys: list[Any],
    queryset: QuerySet[Any] | None,
    using: str,
    write_ahead: WriteAhead | None,
    *,
    is_prefetched: bool,
) -> Child:
    """The related rows of all keys in one query."""
    manager = _manager(many, keys[0], using)
    related = _related(manager, [manager.instance], queryset)
    if len(keys) > 1 and not widen(related.query.where, keys[0], keys):
        related = _related(manager, [manager.instance, *keys[1:]], queryset)
    if not is_prefetched and len(keys) > 1:
        related = _as_single_read(related, manager, many)
    reading = _Reading(related, many.needs, write_ahead)
    table = reading.table()
    return (_key_index(manager, reading) if table[0] else 0, table, reading.ahead)


def read_default(
    many: Many,
    keys: list[Any],
    using: str,
    write_ahead: WriteAhead | None,
    *,
    is_prefetched: bool,
) -> Child:
    """The same for the relation's own manager, whose statement is made once."""
    known = many.needs.related
    # The rows of one key come in the order in which stock would read them.
    as_stock = is_prefetched or len(keys) == 1
    mode = (using, as_stock)
    if mode not in known:
        known[mode] = _default_reading(many, keys[0], using, as_stock)
    if known[mode] is None or router.routers:
        return read_related(many, keys, None, using, write_ahead, is_prefetched=is_prefetched)
    reading, key_index = known[mode]
    spelled, params = spell(keys)
    sql = reading.statement.sql.replace(PLACE, spelled)
    table, _, ahead = reading.read(sql, params, write_ahead)
    return (key_index, table, ahead)


def _default_reading(
    many: Many, key: Any, using: str, as_stock: bool
) -> tuple[_Reading, int] | None:
    """A reading whose statement has a place for the keys; ``None`` if it may vary otherwise."""
    if not _is_plain_manager(many.needs.model._default_manager):
        return None
    manager = _manager(many, key, using)
    related = _related(manager, [manager.instance], None)
    if not widen(related.query.where, key, None):
        return None
    if not as_stock:
        related = _as_single_read(related, manager, many)
    reading = _Reading(related, many.needs)
    try:
        sql, params = reading.prepare({})
    except EmptyResultSet:
        return None
    if params or sql.count(PLACE) != 1:
        return None
    return reading, _key_index(manager, reading)


def _as_single_read(related: Any, manager: Any, many: Many) -> Any:
    """Give rows without an ordering the one that reading them owner by owner mostly has.

    SQLite and MySQL find both few and many by the unique index of the table in between, in the
    order of the related keys. PostgreSQL reads a small related table in its own order, and for
    many owners joins in any. A single read of nothing but keys begins with the table in between.
    """
    if related.ordered or connections[related.db].vendor != "postgresql":
        return related
    if many.needs.key_only:
        through = manager.through._meta
        return related.extra(order_by=[f"{through.db_table}.{through.pk.column}"])
    return related.order_by("pk")


def _is_plain_manager(manager: Any) -> bool:
    """Whether a manager gives the same queryset every time."""
    return (
        type(manager).get_queryset is BaseManager.get_queryset
        and manager._queryset_class.__init__ is QuerySet.__init__
    )


def _key_index(manager: Any, reading: _Reading) -> int:
    """Where related rows have their key: first, if it comes from a table in between."""
    if hasattr(manager, "through"):
        return 0
    index: int = reading.statement.columns[((), manager.field.attname)]
    return index


def _related(manager: Any, owners: list[Any], queryset: QuerySet[Any] | None) -> Any:
    """What Django would prefetch for these owners."""
    if hasattr(manager, "through"):
        querysets = None if queryset is None else [queryset.all()]
        return manager.get_prefetch_querysets(owners, querysets)[0]
    default = super(type(manager), manager).get_queryset
    related: Any = default() if queryset is None else queryset.all()
    related._add_hints(instance=owners[0])
    related = related.using(related._db or manager._db)
    return _filter_prefetch_queryset(related, manager.field.name, owners)


def _manager(many: Many, key: Any, using: str) -> Any:
    """The relation's manager of an instance that has nothing but a key."""
    instance = many.owner.__new__(many.owner)
    instance._state = ModelState()
    instance._state.db = using
    instance._state.adding = False
    instance.__dict__[many.key.field.attname] = key
    instance.__dict__.setdefault(many.owner._meta.pk.attname, key)
    return getattr(instance, many.accessor)
