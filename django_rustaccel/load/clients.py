"""Clients in threads of their own, one connection each."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from itertools import count

from django_rustaccel.load.plan import Load, Target
from django_rustaccel.load.tally import Tally, together

#: Seconds between two looks at how it goes.
TICK = 0.2
#: Seconds after a connection that failed: a server that is down need not be asked at full speed.
PAUSE = 0.02
#: Seconds that requests on their way have after an interruption.
PATIENCE = 1.0

Answer = tuple[HTTPResponse, bytes]


class TooManyClientsError(Exception):
    """The system does not start so many threads."""


class Caller:
    """Sends requests, each server's on one connection that stays open.

    Goes nowhere but where it is told: it follows no redirects and knows no proxies.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._connections: dict[tuple[bool, tuple[str, int]], HTTPConnection] = {}

    def call(self, target: Target, extra: Mapping[str, str]) -> Answer:
        """The answer and its body. Raises ``OSError`` and ``HTTPException``."""
        connection = self._connection(target)
        try:
            connection.request(target.method, target.path, target.body, {**target.headers, **extra})
            response = connection.getresponse()
            return response, response.read()
        except BaseException:
            connection.close()
            raise

    def _connection(self, target: Target) -> HTTPConnection:
        where = (target.is_secure, target.address)
        if where not in self._connections:
            kind = HTTPSConnection if target.is_secure else HTTPConnection
            self._connections[where] = kind(*target.address, timeout=self._timeout)
        return self._connections[where]

    def close(self) -> None:
        """End all connections."""
        for connection in self._connections.values():
            connection.close()


class Turn:
    """One run of the load with the same headers: its clients, and what they have counted."""

    def __init__(self, load: Load, extra: Mapping[str, str]) -> None:
        self.load = load
        self.extra = extra
        self.seconds = 0.0
        #: Seconds of processor time that the clients took.
        self.busy = 0.0
        self._numbers = count()
        self._is_over = threading.Event()
        self._tallies = [[Tally() for _ in load.targets] for _ in range(load.concurrency)]

    @property
    def tallies(self) -> Sequence[Tally]:
        """What was counted so far, one for each target."""
        return [together(column) for column in zip(*self._tallies, strict=True)]

    @property
    def done(self) -> tuple[int, int]:
        """How many requests were answered so far, and how many failed."""
        every = [tally for row in self._tallies for tally in row]
        errors = sum(tally.errors.total() for tally in every)
        return sum(len(tally.latencies) for tally in every), errors

    def run(self, tick: Callable[[Turn], None]) -> None:
        """Put the load on the servers; `tick` hears several times a second how it goes.

        Raises ``TooManyClientsError``.
        """
        started, busy = time.perf_counter(), time.process_time()
        threads: list[threading.Thread] = []
        try:
            threads.extend(self._thread(tallies, started) for tallies in self._tallies)
            while running := [thread for thread in threads if thread.is_alive()]:
                running[0].join(TICK)
                self.seconds = time.perf_counter() - started
                tick(self)
        finally:
            self._is_over.set()
            end = time.perf_counter() + PATIENCE
            for thread in threads:
                thread.join(max(0.0, end - time.perf_counter()))
            self.seconds = time.perf_counter() - started
            self.busy = time.process_time() - busy

    def _thread(self, tallies: Sequence[Tally], started: float) -> threading.Thread:
        thread = threading.Thread(target=self._work, args=(tallies, started), daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise TooManyClientsError(str(error)) from error
        return thread

    def _work(self, tallies: Sequence[Tally], started: float) -> None:
        caller = Caller(self.load.timeout)
        while (number := self._next(started)) is not None:
            place = number % len(tallies)
            self._call(caller, self.load.targets[place], tallies[place])
        caller.close()

    def _next(self, started: float) -> int | None:
        """The number of the next request; ``None`` when it is over."""
        load = self.load
        if self._is_over.is_set():
            return None
        if load.seconds is not None and time.perf_counter() >= started + load.seconds:
            return None
        number = next(self._numbers)
        return None if load.requests is not None and number >= load.requests else number

    def _call(self, caller: Caller, target: Target, tally: Tally) -> None:
        started = time.perf_counter()
        try:
            response, body = caller.call(target, self.extra)
        except (OSError, HTTPException) as error:
            tally.errors[said(error)] += 1
            self._is_over.wait(PAUSE)
            return
        tally.latencies.append(time.perf_counter() - started)
        tally.statuses[response.status] += 1
        tally.body_bytes += len(body)


def check(target: Target, timeout: float) -> None:
    """Ask once. Raises ``OSError`` and ``HTTPException`` where nobody answers."""
    caller = Caller(timeout)
    try:
        caller.call(target, {})
    finally:
        caller.close()


def said(error: Exception) -> str:
    """What went wrong, the same for the same: it is counted."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    text = getattr(error, "strerror", None) or str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
