"""The database servers the tests run on, and what to do when one is missing.

``RUSTACCEL_TEST_DB`` chooses ``sqlite`` (the default), ``postgres`` or ``mysql``. Servers are
named by URL in ``RUSTACCEL_TEST_POSTGRES`` and ``RUSTACCEL_TEST_MYSQL``; the path of the URL is
the database name, so that two checkouts can share one server.
"""

import importlib.util
import os
import socket
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

SERVERS = {
    "postgres": (
        "django.db.backends.postgresql",
        "psycopg",
        os.environ.get("RUSTACCEL_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/rustaccel"),
    ),
    "mysql": (
        "django.db.backends.mysql",
        "MySQLdb",
        os.environ.get("RUSTACCEL_TEST_MYSQL", "mysql://root@127.0.0.1:3306/rustaccel"),
    ),
}
CHOICES = ("sqlite", *SERVERS)


def selected() -> str:
    """The value of ``RUSTACCEL_TEST_DB``; raises ``ValueError`` for anything not in CHOICES."""
    name = os.environ.get("RUSTACCEL_TEST_DB", "sqlite")
    if name not in CHOICES:
        raise ValueError(f"RUSTACCEL_TEST_DB={name!r} is not one of {', '.join(CHOICES)}")
    return name


def missing(name: str) -> str | None:
    """Why `name` cannot be tested on this machine, or None when it can."""
    if name == "sqlite":
        return None
    _, driver, url = SERVERS[name]
    if importlib.util.find_spec(driver) is None:
        return f"{name}: the driver {driver} is not installed"
    parts = urlsplit(url)
    try:
        socket.create_connection(_address(parts), timeout=5).close()
    except OSError as error:
        return f"{name}: no server at {parts.hostname}:{parts.port} ({error})"
    return None


def configuration(name: str) -> dict[str, Any]:
    """The entry of Django's ``DATABASES`` for `name`."""
    if name == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
    engine, _, url = SERVERS[name]
    parts = urlsplit(url)
    host, port = _address(parts)
    database = parts.path.lstrip("/") or "rustaccel"
    return {
        "ENGINE": engine,
        "HOST": host,
        "PORT": port,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": "postgres" if name == "postgres" else "",
        "TEST": {"NAME": f"test_{database}", **_charset(name)},
    }


def _address(parts: SplitResult) -> tuple[str, int]:
    return parts.hostname or "127.0.0.1", parts.port or {"mysql": 3306}.get(parts.scheme, 5432)


def _charset(name: str) -> dict[str, str]:
    # MariaDB's default of latin1 would refuse the odd strings the tests store.
    return {"CHARSET": "utf8mb4", "COLLATION": "utf8mb4_bin"} if name == "mysql" else {}
