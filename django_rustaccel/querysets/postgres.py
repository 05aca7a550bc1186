"""PostgreSQL through psycopg 3: values as the text the server sent, instead of Python objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Types whose Python objects are slow to make and whose text says the same.
TEXT_TYPES = ("date", "time", "timestamp", "timestamptz", "numeric", "uuid")


def ask_for_text(cursor: Any) -> frozenset[int]:
    """Let this one cursor return text for these types; the types as PostgreSQL numbers them.

    Nothing is asked of a driver other than psycopg 3.
    """
    adapters = getattr(cursor.cursor, "adapters", None)
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
    load = context.get_loader(oid, Format.TEXT)(oid, driver).load
    return lambda text: load(text.encode())
