"""SQLite through ``sqlite3``: cells from the statement that Django's cursor has executed."""

from __future__ import annotations

from typing import Any

from django_rustaccel.core import drivers
from django_rustaccel.core.drivers import Grid


def take(cursor: Any) -> Grid | None:
    """The rows of an executed cursor; ``None`` leaves them to the driver.

    Raises:
        sqlite3.OperationalError: when somebody interrupted the statement.

    """
    import sqlite3

    from django.db.backends.sqlite3.base import SQLiteCursorWrapper

    library = drivers.sqlite()
    if (
        library is None
        or type(cursor) is not SQLiteCursorWrapper
        or cursor.row_factory is not None
        or cursor.connection.text_factory is not str
    ):
        return None
    try:
        return library.read(cursor, sqlite3.converters)
    except InterruptedError as error:
        raise _as_driver(error) from None


def _as_driver(stopped: InterruptedError) -> Exception:
    """The exception that ``sqlite3`` raises with a code and message of SQLite."""
    import sqlite3

    error = sqlite3.OperationalError(stopped.strerror)
    error.sqlite_errorcode = stopped.errno or 0
    error.sqlite_errorname = _NAMES.get(error.sqlite_errorcode, "SQLITE_ERROR")
    return error


#: What may stop a statement from going back to its first row: only then is it said here.
_NAMES = {5: "SQLITE_BUSY", 6: "SQLITE_LOCKED", 9: "SQLITE_INTERRUPT", 10: "SQLITE_IOERR"}
