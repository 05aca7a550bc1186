"""Rows of PostgreSQL taken in parts, while the server is still making the next ones.

psycopg waits, sends, cancels and raises as ever: all that differs from its ``Cursor.execute`` is
that the result is asked for in parts, and what is done with each.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from psycopg import DatabaseError
from psycopg.generators import fetch, fetch_many, send
from psycopg.pq import ExecStatus, TransactionStatus

from django_rustaccel.core import drivers
from django_rustaccel.core.drivers import Arrivals, Grid
from django_rustaccel.core.engine import Ahead
from django_rustaccel.querysets.postgres import PART, Texts, Watch, plain_types, stock_loader

PART_OF_ROWS = ExecStatus.TUPLES_CHUNK
FATAL_ERROR = ExecStatus.FATAL_ERROR
ACTIVE = TransactionStatus.ACTIVE


class Receiver:
    """Executes one statement in the place of a cursor's ``execute``.

    Whatever else is executed meanwhile (an ``EXPLAIN`` by an ``execute_wrapper``) is psycopg's.
    """

    def __init__(self, cursor: Any, sql: str, watch: Watch) -> None:
        self.cursor = cursor
        self.sql = sql
        self.watch = watch
        self.ahead: Ahead | None = None
        #: How many rows have come, and the parts from the first one on with an odd cell.
        self.rows = 0
        self.left: list[Any] = []
        self.arrivals: Arrivals | None = None
        #: The columns that are texts, once there are rows.
        self.texts: Texts = ()
        #: Whether it was this that executed the statement.
        self.has_received = False

    def __enter__(self) -> Receiver:
        self.cursor.execute = self.execute
        return self

    def __exit__(self, *error: object) -> None:
        del self.cursor.execute

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Do what ``psycopg.Cursor.execute`` does."""
        cursor, connection = self.cursor, self.cursor.connection
        self.rows, self.left, self.arrivals, self.ahead = 0, [], None, None
        self.has_received = False
        if query is not self.sql or options or connection._pipeline:
            return type(cursor).execute(cursor, query, params, **options)
        with connection.lock, self._leaving_nothing(connection):
            connection.wait(self._receive(params))
        self.has_received = True
        return cursor

    @contextmanager
    def _leaving_nothing(self, connection: Any) -> Iterator[None]:
        """As in ``psycopg.Cursor.stream``: no part of a result stays in a connection."""
        try:
            yield
        finally:
            if connection.pgconn.transaction_status == ACTIVE:
                connection._try_cancel()
                with suppress(Exception):
                    connection.wait(fetch_many(connection.pgconn))

    def _receive(self, params: Any) -> Generator[Any, Any, None]:
        """``psycopg.Cursor._execute_gen``, with the result in parts."""
        cursor, connection = self.cursor, self.cursor.connection
        yield from cursor._start_query(self.sql)
        cursor._execute_send(cursor._convert_query(self.sql, params))
        connection.pgconn.set_chunked_rows_mode(PART)
        yield from send(connection.pgconn)
        results = yield from self._results(connection.pgconn)
        cursor._check_results(results)
        cursor._set_results(results)
        cursor._rowcount = self.rows
        cursor._last_query = self.sql
        yield from connection._prepared.maintain_gen(connection)

    def _results(self, pgconn: Any) -> Generator[Any, Any, list[Any]]:
        """Take all parts; what follows them is the end, or an error."""
        while (result := (yield from fetch(pgconn))) and result.status == PART_OF_ROWS:
            self._take(result)
        results = [result] if result else []
        try:
            results += yield from fetch_many(pgconn)
        except DatabaseError:
            # As in `fetch_many`: the connection broke after the server had said why.
            if not result or result.status != FATAL_ERROR:
                raise
        return results

    def _take(self, part: Any) -> None:
        if not self.rows:
            self._begin(part)
        self.rows += part.ntuples
        arrivals = None if self.left else self.arrivals
        if arrivals is None or not arrivals.add(part.pgresult_ptr):
            self.left.append(part)
        elif self.ahead is not None:
            self.ahead.write(arrivals)

    def _begin(self, part: Any) -> None:
        library = drivers.libpq()
        begun = library and library.begin(part.pgresult_ptr, plain_types(self.cursor.adapters))
        if begun:
            self.arrivals, self.texts = begun[0], tuple(begun[1])
            self.ahead = self.watch(self.texts)

    def grid(self) -> Grid | None:
        """All rows; ``None`` if :meth:`made` has to make them."""
        return None if self.left or self.arrivals is None else self.arrivals.finish()

    def made(self) -> list[Any]:
        """All rows as psycopg makes them."""
        tx = self.cursor._tx
        rows = self._made_of_taken()
        for part in self.left:
            tx.set_pgresult(part)
            rows += tx.load_rows(0, part.ntuples, tuple)
        return rows

    def _made_of_taken(self) -> list[Any]:
        grid = self.arrivals and self.arrivals.finish()
        if not grid:
            return []
        loads = {index: stock_loader(self.cursor, oid) for index, oid in self.texts}

        def load(index: int, cell: Any) -> Any:
            return cell if cell is None or index not in loads else loads[index](cell)

        return [tuple(load(*each) for each in enumerate(row)) for row in grid.rows()]
