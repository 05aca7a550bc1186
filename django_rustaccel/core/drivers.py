"""The C libraries below two database drivers: the very ones that the drivers have loaded.

Nothing is taken on trust. Where a library or a function in it is not found, or where the driver
turns out to work otherwise than expected, there is ``None``, and rows come from the driver.
"""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from typing import Any

from django_rustaccel._rust import Arrivals, Grid, Libpq, Sqlite

__all__ = ["Arrivals", "Grid", "libpq", "sqlite"]

#: One row of every type, and a second to step to.
_PROBE = "SELECT 1, -0.5, 'ü', x'00ff', NULL UNION ALL SELECT 2, 'x', '', x'', 9223372036854775807"


@cache
def sqlite() -> Sqlite | None:
    """Give the SQLite of the ``sqlite3`` module."""
    try:
        return _sqlite()
    except (ImportError, AttributeError, OSError, LookupError):
        return None


def _sqlite() -> Sqlite | None:
    import _sqlite3
    import sqlite3

    library = _library(_sqlite3.__file__)
    connection = sqlite3.connect(":memory:")
    try:
        if not _is_of_version(library, connection.execute("SELECT sqlite_source_id()").fetchone()):
            return None
        cursor = connection.execute(_PROBE)
        parts = gc.get_referents(cursor)
        statement = next((part for part in parts if type(part).__name__ == "Statement"), None)
        found = Sqlite(_addresses(library, Sqlite.functions()), cursor, statement, connection)
        grid = found.read(cursor, {})
        is_same = grid is not None and grid.rows() == connection.execute(_PROBE).fetchall()
        return found if is_same else None
    finally:
        connection.close()


def _is_of_version(library: Any, source: tuple[str]) -> bool:
    """Whether a library is built from the source that the driver's library names."""
    import ctypes

    library.sqlite3_sourceid.restype = ctypes.c_char_p
    return bool(library.sqlite3_sourceid() == source[0].encode())


@cache
def libpq() -> Libpq | None:
    """Give the libpq that psycopg has loaded."""
    try:
        return Libpq(_addresses(_library(_psycopg_file()), Libpq.functions()))
    except (ImportError, AttributeError, OSError, LookupError):
        return None


def _psycopg_file() -> str:
    """The file that is linked with libpq: a compiled part of psycopg, or libpq itself."""
    from psycopg import pq

    if pq.__impl__ == "python":
        return str(vars(import_module("psycopg.pq._pq_ctypes"))["libname"])
    return str(import_module(f"psycopg_{pq.__impl__}.pq").__file__)


def _library(file: str) -> Any:
    import ctypes

    return ctypes.CDLL(file)


def _addresses(library: Any, names: list[str]) -> dict[str, int]:
    """Addresses of functions in a loaded library and those it is linked with."""
    import ctypes

    pointers = {name: ctypes.cast(getattr(library, name), ctypes.c_void_p) for name in names}
    return {name: pointer.value or 0 for name, pointer in pointers.items()}
