"""Database connections that are open in this process, known without going to their threads.

Before each message, Channels' async consumers go to the thread of database work and close what is
too old there. The way there takes most of the time of a small message, and mostly nothing is open:
``database_sync_to_async`` closes behind itself. Every connection is known here from when it was
made, so that the way is saved if none is open.
"""

from __future__ import annotations

import threading
import weakref
from typing import Any

from asgiref.sync import sync_to_async
from channels.consumer import AsyncConsumer
from django.db import connections
from django.db.backends.signals import connection_created

_lock = threading.Lock()
_known: weakref.WeakSet[Any] = weakref.WeakSet()
_is_surveyed = False

#: What ``AsyncConsumer.dispatch`` asks for in the versions whose dispatch is written anew here.
KNOWN_DISPATCH = {"aclose_old_connections", "get_handler_name", "getattr", "ValueError"}
IS_KNOWN_DISPATCH = set(AsyncConsumer.dispatch.__code__.co_names) == KNOWN_DISPATCH


def _made(connection: Any, **kwargs: Any) -> None:
    with _lock:
        _known.add(connection)


connection_created.connect(_made)


def _survey() -> None:
    """Get to know the connections of this thread that were made before anybody listened."""
    for connection in connections.all(initialized_only=True):
        _made(connection)


async def none_is_open() -> bool:
    """Whether there is nothing to close, in whatever thread."""
    global _is_surveyed
    if not _is_surveyed:
        await sync_to_async(_survey)()
        _is_surveyed = True
    with _lock:
        return all(connection.connection is None for connection in _known)
