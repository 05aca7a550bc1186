"""A bounded queue of messages, decoded, validated and handled in batches off the event loop."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections

from django_rustaccel.channels.batches import Message, Pending, read
from django_rustaccel.channels.queue import BoundedQueue, Counts
from django_rustaccel.channels.refusals import Refusal
from django_rustaccel.channels.text import to_bytes

if TYPE_CHECKING:
    from django_rustaccel.validation import Validator

logger = logging.getLogger("django_rustaccel.channels")

#: Takes a batch; a coroutine function runs on the event loop that messages came from.
Handler = Callable[[list[Message]], Any]

#: Seconds between looks at whether the event loop that a handler runs on is still there.
LOOP_CHECK = 1.0


class MessagePipeline:
    """Takes messages from sockets and gives them to a handler in batches, in the order they came.

    Parameters: `handler` takes a list of :class:`Message`; one that is not async runs in the
    pipeline's thread. `validator` makes their data; `max_depth` counts brackets. `capacity` is how
    many messages wait at most: further ones are waited for, and so is their socket. `batch_size` is
    how many the handler gets at most. `on_failure` is called with a batch and the exception that
    its handler or validator raised, which is logged. Raises ``ValueError`` for numbers below 1.

    What was accepted is handled, refused or failed, whatever happens but the death of the process:
    at the end of the program the rest is handled first. Messages of a parent stay with the parent
    of a fork.
    """

    def __init__(
        self,
        handler: Handler,
        *,
        validator: Validator | None = None,
        max_depth: int | None = None,
        capacity: int = 1000,
        batch_size: int = 100,
        on_failure: Callable[[list[Message], BaseException], None] | None = None,
    ) -> None:
        if capacity < 1 or batch_size < 1:
            raise ValueError("capacity and batch_size are numbers from 1 on")
        self.handler = handler
        self.validator = validator
        self.max_depth = max_depth
        self.capacity = capacity
        self.batch_size = batch_size
        self.on_failure = on_failure
        self._begin()
        _pipelines.add(self)

    def _begin(self) -> None:
        self._queue: BoundedQueue[Pending] = BoundedQueue(self.capacity, self._start)
        self._executor: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def counts(self) -> Counts:
        """What became of the messages so far."""
        return self._queue.counts

    async def put(
        self,
        text: str | bytes,
        *,
        source: Any = None,
        on_refusal: Callable[[Refusal], object] | None = None,
    ) -> None:
        """Accept a message; wait while there is no room for it.

        If this is cancelled, the message was not accepted. `on_refusal` is called in the pipeline's
        thread if it is no JSON, too deep or not valid. Raises ``PipelineClosedError``.
        """
        self._loop = asyncio.get_running_loop()
        pending = _pending(text, source, on_refusal)
        while (room := self._queue.offer(pending)) is not None:
            try:
                await asyncio.wrap_future(room)
            except asyncio.CancelledError:
                self._queue.pass_on()
                raise

    def put_sync(
        self,
        text: str | bytes,
        *,
        source: Any = None,
        on_refusal: Callable[[Refusal], object] | None = None,
    ) -> None:
        """:meth:`put` in code that is not async."""
        pending = _pending(text, source, on_refusal)
        while (room := self._queue.offer(pending)) is not None:
            room.result()

    async def drain(self) -> None:
        """Wait until everything that has been accepted by now has been handled."""
        if (end := self._queue.end()) is not None:
            await asyncio.wrap_future(end)

    def drain_sync(self, timeout: float | None = None) -> None:
        """:meth:`drain` in code that is not async. Raises ``TimeoutError`` after `timeout` s."""
        if (end := self._queue.end()) is not None:
            end.result(timeout)

    async def close(self) -> None:
        """Accept no more, and :meth:`drain`."""
        self._queue.close()
        await self.drain()

    def close_sync(self, timeout: float | None = None) -> None:
        """:meth:`close` in code that is not async. Raises ``TimeoutError`` after `timeout` s."""
        self._queue.close()
        self.drain_sync(timeout)

    def _start(self) -> None:
        # An executor finishes its work before the interpreter ends.
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="rustaccel-messages")
        self._executor.submit(self._work)

    def _work(self) -> None:
        while batch := self._queue.take(self.batch_size):
            handled = refused = 0
            try:
                close_old_connections()
                handled, refused = self._process(batch)
                close_old_connections()
            except BaseException:
                logger.exception("A batch of messages was not handled to its end")
            finally:
                failed = len(batch) - handled - refused
                self._queue.finish(handled=handled, refused=refused, failed=failed)

    def _process(self, batch: list[Pending]) -> tuple[int, int]:
        """How many messages of a batch were handled, and how many refused."""
        try:
            messages, refused = read(batch, self.validator, self.max_depth)
        except Exception as error:
            self._failed([pending.message for pending in batch], error)
            return 0, 0
        for pending, refusal in refused:
            _tell(pending, refusal)
        return len(messages) if self._handle(messages) else 0, len(refused)

    def _handle(self, messages: list[Message]) -> bool:
        """Whether the handler took the messages."""
        if messages:
            try:
                answer = self.handler(messages)
                if inspect.iscoroutine(answer):
                    _run(answer, self._loop)
            except BaseException as error:
                self._failed(messages, error)
                return False
        return True

    def _failed(self, messages: list[Message], error: BaseException) -> None:
        logger.error("%d messages failed", len(messages), exc_info=error)
        if self.on_failure is not None:
            try:
                self.on_failure(messages, error)
            except Exception:
                logger.exception("on_failure failed for %d messages", len(messages))


def _pending(text: str | bytes, source: Any, on_refusal: Any) -> Pending:
    return Pending(text if isinstance(text, bytes) else to_bytes(text), source, on_refusal)


def _tell(pending: Pending, refusal: Refusal) -> None:
    try:
        pending.refuse(refusal)
    except Exception:
        logger.debug("The source of a refused message is gone", exc_info=True)


def _run(coroutine: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop | None) -> Any:
    """Run a coroutine on a loop of another thread, or on one of its own if that has ended."""
    if loop is None or not loop.is_running():
        return asyncio.run(coroutine)
    future = asyncio.run_coroutine_threadsafe(coroutine, loop)
    while True:
        try:
            return future.result(LOOP_CHECK)
        except TimeoutError:
            if future.done():
                raise
            if loop.is_closed():
                raise RuntimeError("The event loop ended before the handler did") from None


_pipelines: weakref.WeakSet[MessagePipeline] = weakref.WeakSet()


def _begin_anew() -> None:
    for pipeline in _pipelines:
        pipeline._begin()


if hasattr(os, "register_at_fork"):
    # Threads stay behind in the parent, and with them the messages that it has accepted.
    os.register_at_fork(after_in_child=_begin_anew)
