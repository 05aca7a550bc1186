"""Many WebSocket clients at once: how fast a server answers, and what goes wrong.

The engine of ``manage.py rustaccel ws``; knows neither Django nor Channels.
"""

from __future__ import annotations

import asyncio
import time
from array import array
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django_rustaccel.core.addresses import is_loopback as is_loopback_host
from django_rustaccel.core.latencies import milliseconds
from django_rustaccel.exceptions import MissingDependencyError

try:
    from websockets.asyncio.client import ClientConnection, connect
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
except ImportError as error:
    message = "websockets is not installed: pip install 'django-rustaccel[channels]'"
    raise MissingDependencyError(message, name=error.name) from None

#: Connections that are opened at the same time.
OPENING = 50


@dataclass(frozen=True)
class Load:
    """What to do: from ``connections`` clients, send the ``payloads`` in turn for ``seconds``.

    ``rate`` is messages a second of each client; without one the next message is sent as soon as
    the last was answered. ``timeout`` is how many seconds an answer, or a connection, may take.
    ``answers`` says that each message is answered by one; otherwise they are only sent.
    """

    url: str
    payloads: Sequence[str]
    connections: int = 10
    rate: float | None = None
    seconds: float = 5.0
    timeout: float = 5.0
    answers: bool = True
    headers: Sequence[tuple[str, str]] = ()
    subprotocols: Sequence[str] = ()


@dataclass
class Report:
    """What happened so far."""

    connected: int = 0
    sent: int = 0
    answered: int = 0
    received_bytes: int = 0
    seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    #: Seconds from when a message was to be sent until it was answered.
    latencies: array[float] = field(default_factory=lambda: array("d"))

    def percentiles(self) -> dict[str, float]:
        """Latencies in milliseconds: ``p50`` … ``max``; none without an answer."""
        return milliseconds(self.latencies)

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {
            "connected": self.connected,
            "sent": self.sent,
            "answered": self.answered,
            "received_bytes": self.received_bytes,
            "seconds": round(self.seconds, 3),
            "messages_per_second": round(self.sent / self.seconds, 1) if self.seconds else 0.0,
            "latency_ms": self.percentiles(),
            "errors": dict(self.errors),
        }


def is_loopback(url: str) -> bool:
    """Whether a URL leads to this machine by its name. Raises ``ValueError`` for no ``ws`` URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or not parts.hostname:
        raise ValueError(f"{url!r} is no WebSocket URL: ws://127.0.0.1:8000/path/")
    return is_loopback_host(parts.hostname)


async def run(load: Load, report: Report) -> None:
    """Put the load on the server, and what happens into the report."""
    places = asyncio.Semaphore(OPENING)
    clients = [_Client(load, report, number) for number in range(load.connections)]
    await asyncio.gather(*(client.open(places) for client in clients))
    started = time.perf_counter()
    try:
        await asyncio.gather(*(client.talk(started) for client in clients))
    finally:
        report.seconds = time.perf_counter() - started
        await asyncio.gather(*(client.close() for client in clients))


class _Direct(connect):
    """Goes nowhere but where it was told: no redirects, no proxies."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Client:
    def __init__(self, load: Load, report: Report, number: int) -> None:
        self.load = load
        self.report = report
        self.number = number
        self.socket: ClientConnection | None = None
        #: When the messages that wait for an answer were to be sent.
        self.waiting: deque[float] = deque()
        self.has_answer = asyncio.Event()

    async def open(self, places: asyncio.Semaphore) -> None:
        load = self.load
        async with places:
            try:
                self.socket = await _Direct(
                    load.url,
                    additional_headers=list(load.headers),
                    subprotocols=[*load.subprotocols] or None,  # type: ignore[list-item]
                    open_timeout=load.timeout,
                    close_timeout=1,
                    proxy=None,
                    max_size=None,
                )
            except (OSError, InvalidHandshake, TimeoutError) as error:
                self.report.errors[_refused(error)] += 1
            else:
                self.report.connected += 1

    async def close(self) -> None:
        if self.socket is not None:
            await self.socket.close()

    async def talk(self, started: float) -> None:
        """Send until the time is over or the server ends the connection."""
        if self.socket is None:
            return
        receiving = asyncio.create_task(self._receive(self.socket))
        try:
            await self._send(self.socket, started)
            await self._answers()
        except ConnectionClosed:
            pass  # The receiver tells.
        except TimeoutError:
            self.report.errors["no answer in time"] += 1
        finally:
            receiving.cancel()
            with suppress(asyncio.CancelledError):
                await receiving

    async def _send(self, socket: ClientConnection, started: float) -> None:
        load = self.load
        due, count = self._first(started), 0
        while due < started + load.seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            payload = load.payloads[(self.number + count) % len(load.payloads)]
            # From when it was to be sent: a server that holds senders up is not let off.
            self.waiting.append(due)
            await socket.send(payload)
            self.report.sent += 1
            count += 1
            if load.rate is None:
                await self._answers()
                due = time.perf_counter()
            else:
                due = self._first(started) + count / load.rate

    def _first(self, started: float) -> float:
        """Clients of a rate begin one after the other."""
        load = self.load
        return started + (self.number / load.connections / load.rate if load.rate else 0.0)

    async def _answers(self) -> None:
        """Wait for all answers that are due. Raises ``TimeoutError``."""
        if not self.load.answers:
            self.waiting.clear()
            return
        while self.waiting:
            self.has_answer.clear()
            await asyncio.wait_for(self.has_answer.wait(), self.load.timeout)
            if self.socket is None:
                return

    async def _receive(self, socket: ClientConnection) -> None:
        report = self.report
        try:
            while True:
                answer = await socket.recv()
                report.received_bytes += len(answer)
                if self.waiting and self.load.answers:
                    report.latencies.append(time.perf_counter() - self.waiting.popleft())
                    report.answered += 1
                    self.has_answer.set()
        except ConnectionClosed as error:
            report.errors[_closed(error)] += 1
            self.waiting.clear()
            self.has_answer.set()


def _refused(error: Exception) -> str:
    if isinstance(error, InvalidStatus):
        return f"refused: HTTP {error.response.status_code}"
    if isinstance(error, TimeoutError):
        return "no connection in time"
    return f"no connection: {getattr(error, 'strerror', None) or error}"


def _closed(error: ConnectionClosed) -> str:
    if error.rcvd is None:
        return "lost the connection"
    return f"closed: {error.rcvd.code} {error.rcvd.reason}".rstrip()
