"""A bounded queue between event loops and threads, which counts what becomes of its items."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, NamedTuple, TypeVar

from django_rustaccel.exceptions import PipelineClosedError

T = TypeVar("T")


class Counts(NamedTuple):
    """What became of messages: ``accepted`` is the sum of all others.

    Those of a batch that is being handled are among the ``waiting``.
    """

    accepted: int
    handled: int
    refused: int
    failed: int
    waiting: int


class BoundedQueue(Generic[T]):
    """Any number of producers, one consumer at a time.

    Parameters: how many items wait at most, and what starts the consumer, which takes until nothing
    is left. Whoever has to wait gets a ``Future``, which threads and event loops can wait for.
    """

    def __init__(self, capacity: int, start: Callable[[], None]) -> None:
        self._capacity = capacity
        self._start = start
        self._lock = threading.Lock()
        self._items: deque[T] = deque()
        self._is_busy = self._is_closed = False
        self._for_room: deque[Future[None]] = deque()
        #: How many items have to have ended, and who waits for that.
        self._for_end: deque[tuple[int, Future[None]]] = deque()
        self._accepted = self._handled = self._refused = self._failed = 0

    @property
    def counts(self) -> Counts:
        """What became of the items so far."""
        with self._lock:
            waiting = self._accepted - self._ended
            return Counts(self._accepted, self._handled, self._refused, self._failed, waiting)

    @property
    def _ended(self) -> int:
        return self._handled + self._refused + self._failed

    def offer(self, item: T) -> Future[None] | None:
        """Accept an item. If there is no room: who to wait for, and then to try again.

        Raises ``PipelineClosedError`` after :meth:`close`.
        """
        with self._lock:
            if self._is_closed:
                raise PipelineClosedError("The pipeline is closed.")
            if len(self._items) >= self._capacity:
                self._for_room.append(Future())
                return self._for_room[-1]
            if not self._is_busy:
                self._start()
                self._is_busy = True
            self._items.append(item)
            self._accepted += 1
        return None

    def take(self, most: int) -> list[T]:
        """The next items; none if the consumer is to end."""
        with self._lock:
            count = min(most, len(self._items))
            taken = [self._items.popleft() for _ in range(count)]
            self._is_busy = bool(taken)
            self._wake(count)
        return taken

    def pass_on(self) -> None:
        """Wake another in the place of one who was woken and does not want the room any more."""
        with self._lock:
            if len(self._items) < self._capacity:
                self._wake(1)

    def _wake(self, count: int) -> None:
        while count and self._for_room:
            count -= _told(self._for_room.popleft())

    def finish(self, *, handled: int, refused: int, failed: int) -> None:
        """Say what became of items that were taken."""
        with self._lock:
            self._handled += handled
            self._refused += refused
            self._failed += failed
            while self._for_end and self._for_end[0][0] <= self._ended:
                _told(self._for_end.popleft()[1])

    def end(self) -> Future[None] | None:
        """Who to wait for until all that was accepted has ended, unless it has."""
        with self._lock:
            if self._ended == self._accepted:
                return None
            self._for_end.append((self._accepted, Future()))
            return self._for_end[-1][1]

    def close(self) -> None:
        """Accept no more; those who wait for room learn of it."""
        with self._lock:
            self._is_closed = True
            self._wake(len(self._for_room))


def _told(waiter: Future[None]) -> bool:
    """Whether somebody still waited."""
    if not waiter.set_running_or_notify_cancel():
        return False
    waiter.set_result(None)
    return True
