"""Sending the parts of a batch: in turn or several at a time, with and without transactions."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.core.handlers.base import BaseHandler
from django.db import DatabaseError, transaction
from django.http import HttpRequest

from django_rustaccel import subrequests
from django_rustaccel.drf.batch.answers import PartAnswer, refusal
from django_rustaccel.drf.batch.parts import Part
from django_rustaccel.drf.batch.refusal import RefusedError
from django_rustaccel.subrequests import Answer, Caller, OutsidePathError

logger = logging.getLogger("django.request")

#: Where a request within a batch carries how deep it is within batches.
DEPTH = "_rustaccel_batch_depth"

#: A part and its answer.
Done = tuple[Part, PartAnswer]


class Sender(NamedTuple):
    """How parts are sent: through which handler, as whom, how deep, within which bounds."""

    handler: BaseHandler
    caller: Caller
    depth: int
    paths: tuple[str, ...]
    max_body: int
    max_answers: int

    def request(self, part: Part, answers: dict[str, PartAnswer]) -> HttpRequest:
        """The request of a part. Raises ``RefusedError``."""
        try:
            call = part.call(answers, self.max_body)
            request = self.caller.request(call)
        except OutsidePathError as problem:
            raise RefusedError(400, f"path: {problem}.") from None
        if not request.path.startswith(self.paths):
            raise RefusedError(403, f"path: a batch does not lead to {request.path}.")
        setattr(request, DEPTH, self.depth)
        return request


def depth_of(request: HttpRequest) -> int:
    """How many batches a request is in."""
    depth: int = getattr(request, DEPTH, 0)
    return depth


class Run:
    """One batch on its way."""

    def __init__(self, parts: list[Part], sender: Sender) -> None:
        self.parts = parts
        self._sender = sender
        self._answers: dict[str, PartAnswer] = {}
        #: How many bytes of answers may still come.
        self._left = sender.max_answers

    def each(self, databases: tuple[str, ...] = ()) -> Iterator[Done]:
        """The parts in turn, each in a transaction of its own in `databases`."""
        for part in self.parts:
            yield part, self._kept(part, self._in_transaction(part, databases))

    async def aeach(self, databases: tuple[str, ...] = ()) -> AsyncIterator[Done]:
        """:meth:`each` on an event loop; a transaction takes a part to a thread."""
        for part in self.parts:
            if databases:
                answer = await sync_to_async(self._in_transaction)(part, databases)
            else:
                answer = await self._asend(part)
            yield part, self._kept(part, answer)

    async def as_finished(self, at_a_time: int) -> AsyncIterator[Done]:
        """The parts as they are answered. One that refers to others waits for them."""
        gate = asyncio.Semaphore(at_a_time)
        tasks: dict[str, asyncio.Task[Done]] = {}
        running = []
        for part in self.parts:
            # The gate lets them through in this order: what a part waits for is through before.
            awaited = [tasks[name] for name in part.awaits]
            running.append(asyncio.create_task(self._after(awaited, part, gate)))
            tasks.setdefault(part.name, running[-1])
        try:
            for task in asyncio.as_completed(running):
                yield await task
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def all_or_nothing(self, databases: tuple[str, ...]) -> list[Done]:
        """All parts in one transaction, which the first one that fails undoes."""
        return self._together(self.parts, databases)

    def _together(self, parts: list[Part], databases: tuple[str, ...]) -> list[Done]:
        answers: list[PartAnswer] = []
        try:
            with ExitStack() as stack:
                for name in databases:
                    stack.enter_context(transaction.atomic(using=name))
                for part in parts:
                    answers.append(self._kept(part, self._send(part)))
                    if answers[-1].has_failed:
                        raise _UndoneError(f"part {part.name} failed", part)
                if any(transaction.get_rollback(using=name) for name in databases):
                    raise _UndoneError("the transaction was marked for a rollback")
        except _UndoneError as undone:
            return list(_undone(parts, answers, undone))
        except DatabaseError as error:
            logger.exception("The transaction of a batch failed.", exc_info=error)
            return list(_undone(parts, answers, _UndoneError("the transaction failed")))
        return list(zip(parts, answers, strict=True))

    async def _after(
        self, awaited: list[asyncio.Task[Done]], part: Part, gate: asyncio.Semaphore
    ) -> Done:
        async with gate:
            if awaited:
                await asyncio.wait(awaited)
            return part, self._kept(part, await self._asend(part))

    def _kept(self, part: Part, answer: PartAnswer) -> PartAnswer:
        # Of parts of one name the first is meant, and the others have a problem.
        if part.problem is None or part.name not in self._answers:
            self._answers[part.name] = answer
        return answer

    def _in_transaction(self, part: Part, databases: tuple[str, ...]) -> PartAnswer:
        return self._together([part], databases)[0][1] if databases else self._send(part)

    def _send(self, part: Part) -> PartAnswer:
        handler = self._sender.handler
        try:
            request = self._sender.request(part, self._answers)
            return self._complete(subrequests.send(handler, request, self._left))
        except RefusedError as problem:
            return refusal(problem)

    async def _asend(self, part: Part) -> PartAnswer:
        handler = self._sender.handler
        try:
            request = self._sender.request(part, self._answers)
            return self._complete(await subrequests.asend(handler, request, self._left))
        except RefusedError as problem:
            return refusal(problem)

    def _complete(self, answer: Answer) -> PartAnswer:
        if answer.problem:
            raise RefusedError(500, f"{answer.problem[0].upper()}{answer.problem[1:]}.")
        if len(answer.body) > self._left:
            # Others came meanwhile.
            raise RefusedError(500, "The answer is too large.")
        self._left -= len(answer.body)
        return PartAnswer(answer)


class _UndoneError(Exception):
    """Why a transaction is undone, and the part that failed."""

    def __init__(self, reason: str, part: Part | None = None) -> None:
        super().__init__(reason)
        self.part = part


def _undone(parts: list[Part], answers: list[PartAnswer], undone: _UndoneError) -> Iterator[Done]:
    for at, part in enumerate(parts):
        if part is undone.part:
            answers[at].rolled_back = True
            yield part, answers[at]
        elif at < len(answers):
            yield part, refusal(RefusedError(424, f"Rolled back: {undone}."), rolled_back=True)
        else:
            yield part, refusal(RefusedError(424, f"Not sent: {undone}."))
