"""Django's connection runs the SQL; its rows are taken from the driver, or from below it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connections
from django.db.backends.utils import CursorWrapper

from django_rustaccel.core.drivers import Grid
from django_rustaccel.core.engine import Ahead
from django_rustaccel.querysets import postgres, sqlite
from django_rustaccel.querysets.postgres import Texts, Watch, unwatched


class MadeRows(list[Any]):
    """Tuples that the driver made, with the methods of a :class:`Grid`."""

    def rows(self) -> list[Any]:
        """All rows."""
        return self

    def column(self, index: int) -> list[Any]:
        """One column."""
        return [row[index] for row in self]

    def keys(self, index: int) -> list[Any]:
        """The different values of a column, without ``None``, in the order of their first row."""
        return list(dict.fromkeys(row[index] for row in self if row[index] is not None))

    def take(self, rows: list[int]) -> MadeRows:
        """Some of the rows."""
        return MadeRows(self[row] for row in rows)


Cells = Grid | MadeRows


class Fetched(NamedTuple):
    """The rows of a statement."""

    cells: Cells
    #: Which of their columns are texts.
    texts: Texts = ()
    #: What has written rows while they arrived.
    ahead: Ahead | None = None


def fetch(
    using: str,
    sql: str,
    params: Any,
    *,
    may_be_text: bool,
    is_long: bool = True,
    watch: Watch = unwatched,
) -> Fetched:
    """The rows of a statement.

    ``may_be_text`` is false if psycopg has to make objects of all columns where it makes any.
    ``is_long`` says that rows are worth taking in parts while they arrive; ``watch`` is then asked
    for what writes them meanwhile.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return Fetched(_fetch_sqlite(connection, cursor, sql, params))
        if connection.vendor == "postgresql":
            if is_long and not _is_watched(cursor) and postgres.can_receive(cursor.cursor):
                return _receive(cursor, sql, params, watch)
            return _fetch_postgres(cursor, sql, params, may_be_text=may_be_text)
        cursor.execute(sql, params)
        return Fetched(_made(cursor))


def fetch_in_chunks(
    using: str, sql: str, params: Any, size: int, *, may_be_text: bool
) -> Iterator[tuple[MadeRows, Texts]]:
    """What :func:`fetch` gives, ``size`` rows at a time, by a cursor of the server if it can."""
    connection = connections[using]
    # As in `QuerySet.iterator()`: a pool of transactions has no cursors that outlive one.
    is_plain = connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS")
    with connection.cursor() if is_plain else connection.chunked_cursor() as cursor:
        can_ask = may_be_text and connection.vendor == "postgresql"
        types = postgres.ask_for_text(cursor.cursor) if can_ask else None
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(size):
            yield MadeRows(rows), _text_columns(cursor, types)


def _fetch_sqlite(connection: Any, cursor: Any, sql: str, params: Any) -> Cells:
    cursor.execute(sql, params)
    if _is_watched(cursor):
        return _made(cursor)
    with connection.wrap_database_errors:
        grid = sqlite.take(cursor.cursor)
    return _made(cursor) if grid is None else grid


def _fetch_postgres(cursor: Any, sql: str, params: Any, *, may_be_text: bool) -> Fetched:
    if _is_watched(cursor) or not postgres.can_take(cursor.cursor):
        types = postgres.ask_for_text(cursor.cursor) if may_be_text else None
        cursor.execute(sql, params)
        rows = _made(cursor)
        return Fetched(rows, _text_columns(cursor, types))
    cursor.execute(sql, params)
    return _taken(cursor)


def _receive(cursor: Any, sql: str, params: Any, watch: Watch) -> Fetched:
    from django_rustaccel.querysets.receiving import Receiver

    with Receiver(cursor.cursor, sql, watch) as receiver:
        cursor.execute(sql, params)
    if not receiver.has_received:
        return _taken(cursor)
    grid = receiver.grid()
    if grid is not None:
        return Fetched(grid, receiver.texts, receiver.ahead)
    with _collector_held_off():
        return Fetched(MadeRows(receiver.made()))


def _taken(cursor: Any) -> Fetched:
    """The rows of an executed cursor."""
    taken = postgres.take(cursor.cursor)
    return Fetched(_made(cursor)) if taken is None else Fetched(*taken)


def _is_watched(cursor: Any) -> bool:
    """Whether somebody's own cursor may want to see the rows: Django's hands them on unseen."""
    return not isinstance(cursor, CursorWrapper) or hasattr(type(cursor), "fetchall")


def _made(cursor: Any) -> MadeRows:
    with _collector_held_off():
        return MadeRows(cursor.fetchall())


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


def _text_columns(cursor: Any, types: frozenset[int] | None) -> Texts:
    """The columns of a result that are of these types."""
    if not types:
        return ()
    columns = enumerate(cursor.description)
    return tuple((i, column.type_code) for i, column in columns if column.type_code in types)
