"""PostgreSQL through psycopg 3: values as the text the server sent, instead of Python objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django_rustaccel.core import drivers
from django_rustaccel.core.drivers import Grid
from django_rustaccel.core.engine import Ahead

#: Types whose Python objects are slow to make and whose text says the same.
TEXT_TYPES = ("date", "time", "timestamp", "timestamptz", "numeric", "uuid")

#: Types whose cells are read natively while psycopg's own loaders are in charge of them.
PLAIN_TYPES = (
    "bool", "bpchar", "float4", "float8", "int2", "int4", "int8", "text", "varchar",
)  # fmt: skip

#: Rows of a part of a result: a tenth of a millisecond for the server, a hundredth for psycopg.
PART = 64

#: Which columns arrive as text for a loader, and of which PostgreSQL type.
Texts = tuple[tuple[int, int], ...]

#: Gives what writes rows as they arrive, once it is known which of their columns are texts.
Watch = Callable[[Texts], Ahead | None]


def unwatched(texts: Texts) -> None:
    """Nobody writes them."""


def can_take(cursor: Any) -> bool:
    """Whether the result of a cursor can be taken out of libpq, as far as is known beforehand."""
    if drivers.libpq() is None:
        return False
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    if not is_psycopg3:
        return False
    from django.db.backends.postgresql import base

    return (
        type(cursor) in (base.Cursor, base.ServerBindingCursor)
        and cursor.connection.pgconn.parameter_status(b"client_encoding") == b"UTF8"
    )


def can_receive(cursor: Any) -> bool:
    """Whether the result of a cursor can even be taken in parts, while it arrives."""
    if not can_take(cursor):
        return False
    from django.db.backends.postgresql import base

    return type(cursor) is base.Cursor and _has_parts()


@cache
def _has_parts() -> bool:
    """Whether libpq gives parts (from version 17 on), and psycopg has what is called then."""
    try:
        from psycopg import ClientCursor, capabilities
    except ImportError:
        return False
    names = ("_start_query", "_convert_query", "_execute_send", "_check_results", "_set_results")
    is_able = getattr(capabilities, "has_stream_chunked", bool)
    return is_able() and all(hasattr(ClientCursor, name) for name in names)


def take(cursor: Any) -> tuple[Grid, Texts] | None:
    """The rows of an executed cursor and its columns of text; ``None`` leaves them to psycopg."""
    library, result = drivers.libpq(), cursor.pgresult
    if library is None or result is None or not result.pgresult_ptr:
        return None
    found = library.read(result.pgresult_ptr, plain_types(cursor.adapters))
    return None if found is None else (found[0], tuple(found[1]))


def plain_types(adapters: Any) -> list[int]:
    """The numbers of :data:`PLAIN_TYPES` for which nobody has registered a loader of their own."""
    get_loader, text = adapters.get_loader, _text_format()
    return [oid for oid in _plain_numbers() if _is_psycopgs(get_loader(oid, text))]


@cache
def _plain_numbers() -> tuple[int, ...]:
    """They are the same in every database."""
    from psycopg.postgres import types

    return tuple(types[name].oid for name in PLAIN_TYPES)


@cache
def _text_format() -> Any:
    from psycopg.pq import Format

    return Format.TEXT


@lru_cache
def _is_psycopgs(loader: type) -> bool:
    return loader.__module__.startswith("psycopg")


def ask_for_text(cursor: Any) -> frozenset[int]:
    """Let this one cursor return text for these types; the types as PostgreSQL numbers them.

    Nothing is asked of a driver other than psycopg 3.
    """
    adapters = getattr(cursor, "adapters", None)
    if adapters is None:
        return frozenset()
    from psycopg.types.string import TextLoader

    types = frozenset(adapters.types[name].oid for name in TEXT_TYPES)
    for oid in types:
        adapters.register_loader(oid, TextLoader)
    return types


def stock_loader(connection: Any, oid: int) -> Callable[[str], Any]:
    """psycopg's own way to make the Python object of a text that was asked for."""
    from psycopg import adapters
    from psycopg.pq import Format

    driver = connection.connection
    context: Any = adapters if driver is None else driver.adapters
    # Like psycopg, take a type that has no loader for text.
    loader = context.get_loader(oid, Format.TEXT) or context.get_loader(0, Format.TEXT)
    load = loader(oid, driver).load
    return lambda text: load(text.encode())
