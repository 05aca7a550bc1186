"""Computations that many ask for at once: one of them computes, the others wait for it."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Flight:
    """A computation, and the thread or the task that is at it."""

    def __init__(self, *, is_async: bool) -> None:
        self.thread = threading.get_ident()
        self.task = _task()
        #: Whether the whole thread is at it, and not only the task.
        self.holds_thread = not is_async
        #: Whether there is a value now.
        self.landed: Future[bool] = Future()
        # A task that waits for it and is cancelled must not cancel it for the others.
        self.landed.set_running_or_notify_cancel()

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread or task is to compute."""
        return self.thread == threading.get_ident() and self.task is _task()


def _task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None


class Flights:
    """Computations under way, by name.

    Nobody waits in a circle: a thread or task whose wait could end only after its own computation,
    be it the same one or one that others wait for, computes beside them instead.
    """

    def __init__(self) -> None:
        self.forget()
        if hasattr(os, "register_at_fork"):
            # The threads that compute stay behind in the parent.
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        """Begin anew, with a lock that nobody holds."""
        self._lock = threading.Lock()
        self._under_way: dict[Hashable, Flight] = {}
        #: What tasks, and threads as a whole, wait for.
        self._waiting: dict[Hashable, Flight] = {}

    def board(self, name: Hashable, *, is_async: bool = False) -> Flight:
        """Return a flight to fly, which is mine, or one to wait for."""
        mine = Flight(is_async=is_async)
        with self._lock:
            flight = self._under_way.setdefault(name, mine)
            return mine if self._leads_here(flight, is_async) else flight

    def fly(self, name: Hashable, flight: Flight, compute: Callable[[], T]) -> T:
        """Compute; what is raised is raised here, and who waits learns that there is no value."""
        landed = False
        try:
            value = compute()
            landed = True
        finally:
            self._land(name, flight, landed)
        return value

    async def afly(self, name: Hashable, flight: Flight, compute: Callable[[], Awaitable[T]]) -> T:
        """See ``fly``; the loop goes on while `compute` waits."""
        landed = False
        try:
            value = await compute()
            landed = True
        finally:
            self._land(name, flight, landed)
        return value

    def _land(self, name: Hashable, flight: Flight, landed: bool) -> None:
        with self._lock:
            if self._under_way.get(name) is flight:
                del self._under_way[name]
        flight.landed.set_result(landed)

    def wait(self, flight: Flight) -> bool:
        """Whether another try could only find the value or a circle; when the flight has ended."""
        thread = threading.get_ident()
        if not self._may_wait(thread, flight, is_async=False):
            return True
        try:
            return flight.landed.result()
        finally:
            self._stop_waiting(thread)

    async def await_(self, flight: Flight) -> bool:
        """See ``wait``; the loop goes on meanwhile."""
        task = _task()
        if not self._may_wait(task, flight, is_async=True):
            return True
        try:
            return await asyncio.wrap_future(flight.landed)
        finally:
            self._stop_waiting(task)

    def _may_wait(self, waiter: Hashable, flight: Flight, *, is_async: bool) -> bool:
        with self._lock:
            if self._leads_here(flight, is_async):
                return False
            self._waiting[waiter] = flight
            return True

    def _stop_waiting(self, waiter: Hashable) -> None:
        with self._lock:
            self._waiting.pop(waiter, None)

    def _leads_here(self, flight: Flight | None, is_async: bool) -> bool:
        """Whether it is ours, or waits, be it by way of others, for one that is."""
        if flight is None:
            return False
        if flight.thread == threading.get_ident() and (
            # A thread that waits holds up all its tasks, a task only itself.
            not is_async or flight.holds_thread or flight.task is _task()
        ):
            return True
        next_ones = [self._waiting.get(flight.thread)]
        if flight.task is not None:
            next_ones.append(self._waiting.get(flight.task))
        return any(self._leads_here(each, is_async) for each in next_ones)
