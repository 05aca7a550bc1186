"""What changes in Redis, told by the server: client-side caching in broadcasting mode.

The server knows of every change, whoever makes it: other hosts, other programs, expiry, eviction,
``FLUSHALL``. One connection hears of it: it is subscribed to ``__redis__:invalidate``, and tracking
is redirected to itself, which RESP2 can do since Redis 6.
Source: https://redis.io/docs/latest/develop/reference/client-side-caching/
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django_rustaccel._rust import CacheStore
from django_rustaccel.core.levels import LocalLevel

logger = logging.getLogger("django_rustaccel.cache")

CHANNEL = "__redis__:invalidate"
#: Seconds until the next try to connect: at first, and at most.
FIRST_WAIT, LONGEST_WAIT = 0.1, 10.0
#: What the connection is made with, whatever else the project sets for its own.
CONNECTION = {"protocol": 2, "decode_responses": False, "health_check_interval": 0}


class LostError(Exception):
    """The server does not answer as it should."""


def connection_maker(pool_class: Any, url: str, options: dict[str, Any]) -> Callable[[], Any]:
    """Return a function that makes a connection of redis-py, in no pool that others use."""

    def make() -> Any:
        return pool_class.from_url(_without(url), **{**options, **CONNECTION}).make_connection()

    return make


def _without(url: str) -> str:
    """The URL without the options that are set here: its own would win."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in CONNECTION]
    return urlunsplit(parts._replace(query=urlencode(query)))


class Tracking:
    """A thread that forgets in a local level what changes in Redis.

    It is started by who needs it first, in each process anew. When the connection is lost, and
    again when there is a new one, everything is forgotten: what changed meanwhile, nobody said.
    """

    def __init__(
        self, level: LocalLevel, connect: Callable[[], Any], prefix: str, heartbeat: float
    ) -> None:
        """`prefix`: of the keys in Redis; `heartbeat`: seconds of silence until it is asked."""
        self.level, self.prefix, self.heartbeat = level, prefix, heartbeat
        self._connect = connect
        self.after_fork()

    def after_fork(self) -> None:
        """Begin anew: the thread stays behind in the parent, and the connection is its own."""
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._connection: Any = None
        #: Whether changes are heard of at present.
        self.is_live = False
        self._is_told = False

    def start(self) -> None:
        """See to it that the thread runs."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                name = "rustaccel-cache-tracking"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Let the thread end, and wait for that."""
        self._end.set()
        thread, connection = self._thread, self._connection
        if connection is not None:
            connection.disconnect()
        if thread is not None:
            thread.join()
        self.after_fork()

    def _run(self) -> None:
        wait, end = FIRST_WAIT, self._end
        while not end.is_set():
            try:
                self._follow(end)
            except Exception as error:  # whatever it is, the level must not keep what is old
                self._tell(error)
            wait = FIRST_WAIT if self.is_live else min(2 * wait, LONGEST_WAIT)
            self.is_live = False
            self.level.forget_all()
            end.wait(wait)

    def _tell(self, error: Exception) -> None:
        """Log it, once an outage."""
        if not self._is_told and not self._end.is_set():
            about = f"{type(error).__name__}: {error}"
            logger.warning("Changes of a cache in Redis are not heard of: %s", about)
            self._is_told = True

    def _follow(self, end: threading.Event) -> None:
        """Connect, and listen until that fails."""
        self._connection = connection = self._connect()
        try:
            self._subscribe(connection)
            self.level.forget_all()
            self.is_live = True
            if self._is_told:
                logger.info("Changes of a cache in Redis are heard of again.")
                self._is_told = False
            while not end.is_set():
                self._hear(self._next(connection))
        finally:
            self._connection = None
            connection.disconnect()

    def _subscribe(self, connection: Any) -> None:
        connection.connect()
        connection.send_command("CLIENT", "ID")
        mine = connection.read_response()
        prefix = ("PREFIX", self.prefix) if self.prefix else ()
        connection.send_command("CLIENT", "TRACKING", "ON", "REDIRECT", mine, "BCAST", *prefix)
        connection.read_response()
        connection.send_command("SUBSCRIBE", CHANNEL)
        connection.read_response()

    def _next(self, connection: Any) -> Any:
        """The next message; a server that says nothing for long has to answer."""
        if not connection.can_read(timeout=self.heartbeat):
            connection.send_command("PING")
            if not connection.can_read(timeout=self.heartbeat):
                raise LostError(f"no answer for {self.heartbeat:g} seconds")
        return connection.read_response()

    def _hear(self, message: Any) -> None:
        """``[b"message", channel, keys]``, where no keys stand for all; or the answer to a ping."""
        if not isinstance(message, list):
            raise LostError(f"an answer outside of a subscription: {message!r}")
        if message[0] != b"message":
            return
        if message[2] is None:
            self.level.forget_all()
        for key in message[2] or ():
            self.level.forget(key)


_levels: dict[Any, LocalLevel] = {}


def level_of(name: Any, store: CacheStore) -> LocalLevel:
    """The level of this name in this process."""
    return _levels.setdefault(name, LocalLevel(store))


def _forget_in_child() -> None:
    """A forked child begins with nothing: it has not heard of what changed since."""
    for level in _levels.values():
        level.forget_all()
        if level.tracking is not None:
            level.tracking.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
