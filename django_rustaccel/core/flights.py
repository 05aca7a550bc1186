"""Computations that many ask for at once: one of them computes, the others wait for it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class Flight:
    """A computation, and the thread that is at it."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        #: Whether there is a value now.
        self.landed: Future[bool] = Future()
        # A task that waits for it and is cancelled must not cancel it for the others.
        self.landed.set_running_or_notify_cancel()

    @property
    def is_mine(self) -> bool:
        """Whether the calling thread is to compute."""
        return self.thread == threading.get_ident()


class Flights:
    """Computations under way, by name.

    Nobody waits in a circle: a thread whose wait could end only after its own computation, be it
    the same one or one that others wait for, computes beside them instead.
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
        self._waiting: dict[int, Flight] = {}

    def board(self, name: Hashable) -> Flight:
        """Return a flight to fly, which is mine, or one to wait for."""
        mine = Flight()
        with self._lock:
            flight = self._under_way.setdefault(name, mine)
            return mine if self._leads_here(flight) else flight

    def fly(self, name: Hashable, flight: Flight, compute: Callable[[], T]) -> T:
        """Compute; what is raised is raised here, and who waits learns that there is no value."""
        landed = False
        try:
            value = compute()
            landed = True
        finally:
            with self._lock:
                if self._under_way.get(name) is flight:
                    del self._under_way[name]
            flight.landed.set_result(landed)
        return value

    def wait(self, flight: Flight) -> bool:
        """Whether another try could only find the value or a circle; when the flight has ended."""
        thread = threading.get_ident()
        with self._lock:
            if self._leads_here(flight):
                return True
            self._waiting[thread] = flight
        try:
            return flight.landed.result()
        finally:
            with self._lock:
                self._waiting.pop(thread, None)

    def _leads_here(self, flight: Flight | None) -> bool:
        """Whether it is this thread's, or waits, be it by way of others, for one that is."""
        while flight is not None and not flight.is_mine:
            flight = self._waiting.get(flight.thread)
        return flight is not None
