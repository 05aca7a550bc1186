"""Clients that call a real server from several threads at once."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

THREADS = 6
SECONDS = 15


class Reply(NamedTuple):
    """One response; status 0 stands for a connection that broke before there was one."""

    status: int
    headers: dict[str, str]
    body: bytes
    started: float
    ended: float

    @property
    def pid(self) -> int:
        return int(json.loads(self.body)["pid"])


class Connection(http.client.HTTPConnection):
    """A connection to an address of a socket: of the Internet, or of Unix."""

    def __init__(self, address: Any) -> None:
        self.address = address
        super().__init__("127.0.0.1", timeout=SECONDS)

    def connect(self) -> None:
        family = socket.AF_UNIX if isinstance(self.address, str) else socket.AF_INET
        self.sock = socket.socket(family)
        self.sock.settimeout(SECONDS)
        self.sock.connect(self.address)


def call(address: Any, path: str = "/", **headers: str) -> Reply:
    """One request on a connection of its own."""
    started = time.monotonic()
    connection = Connection(address)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("GET", path, headers=named)
        response = connection.getresponse()
        status, body = response.status, response.read()
    except (OSError, http.client.HTTPException):
        return Reply(0, {}, b"", started, time.monotonic())
    finally:
        connection.close()
    lowered = {name.lower(): value for name, value in response.getheaders()}
    return Reply(status, lowered, body, started, time.monotonic())


@dataclass
class Load:
    """What was answered so far, in the order of the answers."""

    replies: list[Reply] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def count(self, status: int) -> int:
        return sum(reply.status == status for reply in self.replies)

    def wait_for(self, condition: Callable[[], Any]) -> Any:
        """What a condition says as soon as that is true."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if said := condition():
                return said
            time.sleep(0.005)
        raise AssertionError("it did not happen in time")

    def wait_for_more(self, count: int) -> None:
        """Go on when so many more calls were answered."""
        before = len(self.replies)
        self.wait_for(lambda: len(self.replies) >= before + count)


@contextmanager
def under_load(*addresses: Any, path: str = "/") -> Iterator[Load]:
    """Call without end from :data:`THREADS` threads, each of one address, while the block runs."""
    load = Load()

    def work(address: Any) -> None:
        while not load.is_over.is_set():
            load.replies.append(call(address, path))

    threads = [
        threading.Thread(target=work, args=(addresses[number % len(addresses)],))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join(2 * SECONDS)
