"""PostgreSQL: values as the text the server sent, instead of objects that psycopg would make."""

from __future__ import annotations

from typing import Any

#: Types whose Python objects are slow to make and whose text says the same.
TEXT_TYPES = ("date", "time", "timestamp", "timestamptz", "numeric", "uuid", "interval")


def text_loaders(cursor: Any) -> dict[int, Any]:
    """Let this one cursor return text for these types.

    Returns psycopg's own way to make the Python object of such a text, by type.
    """
    try:
        from psycopg.adapt import Transformer
        from psycopg.pq import Format
        from psycopg.types.string import TextLoader
    except ImportError:
        return {}
    driver = cursor.cursor
    loaders = {}
    for name in TEXT_TYPES:
        oid = driver.adapters.types[name].oid
        loader = driver.adapters.get_loader(oid, Format.TEXT)
        loaders[oid] = _as_stock(loader, oid, driver)
        driver.adapters.register_loader(oid, TextLoader)
    del Transformer
    return loaders


def _as_stock(loader: Any, oid: int, cursor: Any) -> Any:
    load = None

    def from_text(text: str) -> Any:
        nonlocal load
        if load is None:
            load = loader(oid, cursor).load
        return load(text.encode())

    return from_text
