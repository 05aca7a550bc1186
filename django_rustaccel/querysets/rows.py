"""The rows tier: a queryset and its relations as tables of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import router
from django.db.models import QuerySet

from django_rustaccel.core import statistics
from django_rustaccel.core.engine import Ahead, Shape
from django_rustaccel.querysets.cells import form_of
from django_rustaccel.querysets.columns import Many, Needs, Route
from django_rustaccel.querysets.compilers import add_joins
from django_rustaccel.querysets.fetch import Cells, MadeRows, fetch, fetch_in_chunks
from django_rustaccel.querysets.keys import PLACE, spell, widen
from django_rustaccel.querysets.managers import (
    as_single_read,
    is_plain_manager,
    manager_of,
    related_queryset,
)
from django_rustaccel.querysets.obstacles import UnreadableError
from django_rustaccel.querysets.postgres import PART, Texts
from django_rustaccel.querysets.readable import (
    Lookup,
    lookup_at,
    lookups_in,
    lookups_of,
    readable,
)
from django_rustaccel.querysets.shapes import shape_of
from django_rustaccel.querysets.statements import Statement, prepare

#: Gives what writes rows of a shape, if they will most likely be rendered.
WriteAhead = Callable[[Shape], Ahead | None]

#: `(rows, shape, [(index of the key, child table, what has written its rows meanwhile), …])`
Table = tuple[Any, ...]

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
    #: The relations that stock would have prefetched, by their paths.
    prefetched: Mapping[tuple[str, ...], Read] = MappingProxyType({})

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
    return _Reading(queryset, needs).all(write_ahead if needs.can_wait else None)


def read_in_chunks(plan: Any, queryset: QuerySet[Any], size: int) -> Iterator[Read] | str:
    """Parts of ``size`` rows, read one after the other; or why rows cannot serve."""
    try:
        needs = readable(plan, queryset)
    except UnreadableError as error:
        return str(error)
    return _Reading(queryset, needs).parts(size)


class _Reading:
    """One queryset on its way to a table."""

    def __init__(self, queryset: QuerySet[Any], needs: Needs) -> None:
        self.queryset = queryset
        self.needs = needs
        self.using = queryset.db
        self.lookups = lookups_of(queryset)
        self.statement: Any = None
        self.query: Any = None
        self.added: frozenset[Route] = frozenset()

    def through(self, lookup: Lookup | None) -> _Reading:
        """The same with what is prefetched by paths through ``lookup``; not this one is changed."""
        if lookup is None or not lookup.below:
            return self
        reading = copy(self)
        reading.lookups = lookups_in(lookup.below) | self.lookups
        return reading

    def all(self, write_ahead: WriteAhead | None) -> Read:
        """All rows."""
        try:
            sql, params = self.prepare(self.needs.statements)
        except EmptyResultSet:
            return self.done(NOTHING)
        return self.read(sql, params, write_ahead)

    def parts(self, size: int) -> Iterator[Read]:
        """The same in parts of ``size`` rows, read while they are asked for."""
        try:
            sql, params = self.prepare(self.needs.statements)
        except EmptyResultSet:
            return
        may_be_text = self.statement.may_be_text
        for rows, texts in fetch_in_chunks(self.using, sql, params, size, may_be_text=may_be_text):
            yield self.read_of(rows, texts)

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

    def read(self, sql: str, params: Any, write_ahead: WriteAhead | None) -> Read:
        """The rows of the statement, with values in the places of its keys if it has any."""
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
            return self.done(NOTHING, texts)
        statistics.saved(lambda: self._joined(rows))
        return self.read_of(rows, texts, ahead)

    def _joined(self, rows: Cells) -> int:
        """How many queries stock sends for the objects of added joins: one for each."""
        saved = 0
        for route in self.added:
            index = next(i for (at, _), i in self.statement.columns.items() if at == route)
            found = sum(cell is not None for cell in rows.column(index))
            saved += min(found, 1) if route[0] in self.lookups else found
        return saved

    def read_of(self, rows: Cells, texts: Texts, ahead: Ahead | None = None) -> Read:
        """Rows with those of their relations, which are written ahead where they are."""
        shape = shape_of(self.needs, self.statement, self.using, texts)
        children, prefetched = [], {}
        for number, many in enumerate(self.needs.many):
            path = (*many.key.route, many.attr)
            lookup = lookup_at(path, self.lookups)
            write_ahead = partial(ahead.relation, number) if ahead else None
            key_index, child = self.child(many, lookup, rows, write_ahead)
            children.append((key_index, child.table, child.ahead))
            if lookup is not None and not many.needs.key_only:
                prefetched[path] = child
        return self.done((rows, shape, children), texts, ahead, prefetched)

    def done(
        self,
        table: Table,
        texts: Texts = (),
        ahead: Ahead | None = None,
        prefetched: Mapping[tuple[str, ...], Read] = MappingProxyType({}),
    ) -> Read:
        """A table with what is known of it."""
        return Read(
            table,
            self.needs.can_wait,
            self.statement,
            self.using,
            self.query,
            self.added,
            texts,
            ahead,
            prefetched,
        )

    def child(
        self, many: Many, lookup: Lookup | None, rows: Cells, write_ahead: WriteAhead | None
    ) -> tuple[int, Read]:
        """A relation, and where its rows have the key they belong to."""
        keys = rows.keys(self.statement.index(many.key))
        if not keys:
            return 0, self.done(NOTHING)
        if lookup is None:
            statistics.saved(lambda: len(keys) - 1)
        if lookup is not None and lookup.prefetch.queryset is not None:
            return read_related(many, keys, lookup, self.using, write_ahead)
        return read_default(many, keys, lookup, self.using, write_ahead)


def read_related(
    many: Many,
    keys: list[Any],
    lookup: Lookup | None,
    using: str,
    write_ahead: WriteAhead | None,
) -> tuple[int, Read]:
    """The related rows of all keys in one query, and where these have the key."""
    queryset: Any = lookup.prefetch.queryset if lookup is not None else None
    manager = manager_of(many, keys[0], using)
    related = related_queryset(manager, [manager.instance], queryset)
    if len(keys) > 1 and not widen(related.query.where, keys[0], keys):
        related = related_queryset(manager, [manager.instance, *keys[1:]], queryset)
    if lookup is None and len(keys) > 1:
        related = as_single_read(related, manager, many)
    reading = _Reading(related, many.needs).through(lookup)
    read = reading.all(write_ahead)
    return (_key_index(manager, reading) if read.table[0] else 0, read)


def read_default(
    many: Many,
    keys: list[Any],
    lookup: Lookup | None,
    using: str,
    write_ahead: WriteAhead | None,
) -> tuple[int, Read]:
    """The same for the relation's own manager, whose statement is made once."""
    known = many.needs.related
    # The rows of one key come in the order in which stock would read them.
    as_stock = lookup is not None or len(keys) == 1
    mode = (using, as_stock)
    if mode not in known:
        known[mode] = _default_reading(many, keys[0], using, as_stock)
    if known[mode] is None or router.routers:
        return read_related(many, keys, lookup, using, write_ahead)
    reading, key_index = known[mode]
    spelled, params = spell(keys)
    sql = reading.statement.sql.replace(PLACE, spelled)
    return key_index, reading.through(lookup).read(sql, params, write_ahead)


def _default_reading(
    many: Many, key: Any, using: str, as_stock: bool
) -> tuple[_Reading, int] | None:
    """A reading whose statement has a place for the keys; ``None`` if it may vary otherwise."""
    if not is_plain_manager(many.needs.model._default_manager):
        return None
    manager = manager_of(many, key, using)
    related = related_queryset(manager, [manager.instance], None)
    if not widen(related.query.where, key, None):
        return None
    if not as_stock:
        related = as_single_read(related, manager, many)
    reading = _Reading(related, many.needs)
    try:
        sql, params = reading.prepare({})
    except EmptyResultSet:
        return None
    if params or sql.count(PLACE) != 1:
        return None
    return reading, _key_index(manager, reading)


def _key_index(manager: Any, reading: _Reading) -> int:
    """Where related rows have their key: first, if it comes from a table in between."""
    if hasattr(manager, "through"):
        return 0
    index: int = reading.statement.columns[((), manager.field.attname)]
    return index
