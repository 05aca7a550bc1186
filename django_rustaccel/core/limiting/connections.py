"""Connections to Redis, each asked by one thread at a time.

redis-py makes them and reads the answers. Its client is left out: to lend a connection, to look
whether it is still open and to report metrics takes longer than the server takes to decide.
"""

from __future__ import annotations

import os
from typing import Any


class Connections:
    """The connections of this process that nobody uses, of a pool that makes new ones."""

    def __init__(self, pool: Any) -> None:
        from redis import exceptions

        self._pool = pool
        self._closed = exceptions.ConnectionError
        self._refused = exceptions.ResponseError
        self._idle: list[Any] = []
        self._process = os.getpid()

    def ask(self, command: bytes) -> Any:
        """The answer to a command in the protocol of Redis; raises the errors of redis-py."""
        if self._process != os.getpid():
            # The parent still uses those that it had before the fork.
            self._idle, self._process = [], os.getpid()
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._pool.make_connection()
        try:
            answer = self._answer(connection, command)
        except self._refused:
            self._idle.append(connection)
            raise
        except BaseException:
            # An answer that comes late would be taken for that to the next command.
            connection.disconnect()
            self._idle.append(connection)
            raise
        self._idle.append(connection)
        return answer

    def _answer(self, connection: Any, command: bytes) -> Any:
        """Asks again where the server has closed an idle connection, but not after a timeout."""
        try:
            connection.send_packed_command([command])
            return connection.read_response()
        except self._closed:
            connection.disconnect()
        connection.send_packed_command([command])
        return connection.read_response()


def packed(*parts: bytes) -> bytes:
    """Parts of a command: https://redis.io/docs/latest/develop/reference/protocol-spec/."""
    return b"".join([b"$%d\r\n%b\r\n" % (len(part), part) for part in parts])
