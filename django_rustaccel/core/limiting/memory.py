"""Storages in memory: of this process (``local://``), or of all processes of a host (``shared://``)."""

from __future__ import annotations

import os
import re
import tempfile
from itertools import count
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl
from weakref import WeakValueDictionary

from django_rustaccel._rust import LimitTable

#: Keys a table is made for unless the URL says otherwise; a key takes 26 bytes.
CAPACITY = 100_000
SCHEMES = ("local", "shared")
#: Memory that looks like files, on Linux.
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - opened as the table's own user alone

_tables: dict[tuple[str, str, int], LimitTable] = {}
#: Those without a name, as long as somebody has them.
_unnamed: WeakValueDictionary[int, LimitTable] = WeakValueDictionary()
_numbers = count()


def table(url: SplitResult) -> LimitTable:
    """The table of a URL: ``local://`` is one of its own, the others are known by their names.

    Raises ``ValueError`` for a URL that names none, and ``OSError`` when it cannot be made.
    """
    name, capacity = (url.netloc + url.path).strip("/"), _capacity(url.query)
    if not re.fullmatch(r"[\w.-]{0,100}", name, re.ASCII):
        raise ValueError(f"{name!r} is no name of a table: letters, digits, '.', '_' and '-'")
    if url.scheme == "local" and not name:
        return _unnamed.setdefault(next(_numbers), LimitTable(capacity))
    key = url.scheme, name or "default", capacity
    if key not in _tables:
        path = shared_path(*key[1:]) if url.scheme == "shared" else None
        _tables[key] = LimitTable(capacity, path)
    return _tables[key]


def tables() -> dict[str, list[LimitTable]]:
    """The tables of this process by URL; those without a name are all ``local://``."""
    found = {_url(*key): [table] for key, table in list(_tables.items())}
    unnamed = [table for reference in _unnamed.valuerefs() if (table := reference()) is not None]
    return {**found, "local://": unnamed} if unnamed else found


def _url(scheme: str, name: str, capacity: int) -> str:
    return f"{scheme}://{name}" + (f"?capacity={capacity}" if capacity != CAPACITY else "")


def shared_path(name: str, capacity: int) -> Path:
    """The file of a shared table: one for each user, name and capacity."""
    folder = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return folder / f"rustaccel-limits.{user}.{name}.{capacity}"


def _capacity(query: str) -> int:
    options = dict(parse_qsl(query, keep_blank_values=True))
    capacity = options.pop("capacity", str(CAPACITY))
    if options or not capacity.isdecimal():
        raise ValueError(f"the options of a table are capacity=KEYS, not {query!r}")
    return int(capacity)
