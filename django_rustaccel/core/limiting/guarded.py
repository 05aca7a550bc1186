"""A counter in Redis that has an answer while Redis has none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django_rustaccel._rust import Decision, RateLimiter
from django_rustaccel.core.limiting import outage
from django_rustaccel.core.limiting.redis import RedisCounter

#: What to do about calls meanwhile: let them pass, refuse them, or count them in this process.
CHOICES = ("open", "closed", "local")


class GuardedCounter:
    """Asks a counter, and `local` (or nobody) during an outage."""

    def __init__(self, counter: RedisCounter, local: RateLimiter, limit: int, choice: str) -> None:
        self.counter = counter
        self.local = local
        self._limit = limit
        self._choice = choice
        self._outage = counter.storage.outage
        self._errors = counter.storage.errors

    def hit(self, key: str, cost: int, now: int | None) -> Decision:
        """Count a call if it may pass."""
        return self._ask(self.counter.hit, self.local.hit, key, cost, now)

    def peek(self, key: str, cost: int, now: int | None) -> Decision:
        """What :meth:`hit` would say."""
        return self._ask(self.counter.peek, self.local.peek, key, cost, now)

    def reset(self, key: str) -> None:
        """Forget what the key has done. Raises Redis' own errors: it may not be forgotten."""
        self.local.reset(key)
        self.counter.reset(key)

    async def ahit(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`hit` on an event loop."""
        return await self._aask(self.counter.ahit, self.local.hit, key, cost, now)

    async def apeek(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`peek` on an event loop."""
        return await self._aask(self.counter.apeek, self.local.peek, key, cost, now)

    async def areset(self, key: str) -> None:
        """:meth:`reset` on an event loop."""
        self.local.reset(key)
        await self.counter.areset(key)

    def _ask(
        self, ask: Callable[..., Decision], local: Callable[..., Decision], *call: Any
    ) -> Decision:
        if not self._outage.is_pausing:
            try:
                decision = ask(*call)
            except self._errors as error:
                self._outage.failed(error)
            else:
                self._outage.answered()
                return decision
        return self._meanwhile(local, call)

    async def _aask(
        self, ask: Callable[..., Awaitable[Decision]], local: Callable[..., Decision], *call: Any
    ) -> Decision:
        if not self._outage.is_pausing:
            try:
                decision = await ask(*call)
            except self._errors as error:
                self._outage.failed(error)
            else:
                self._outage.answered()
                return decision
        return self._meanwhile(local, call)

    def _meanwhile(self, local: Callable[..., Decision], call: tuple[Any, ...]) -> Decision:
        if self._choice == "local":
            return local(*call)
        if self._choice == "open":
            return Decision(True, self._limit, self._limit, 0.0, 0.0)
        return Decision(False, self._limit, 0, outage.PAUSE, outage.PAUSE)
