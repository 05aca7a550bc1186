"""``redis://``: rates counted for all hosts, in one round trip and one atomic script a decision."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django_rustaccel._rust import Decision
from django_rustaccel.core.limiting.outage import Outage
from django_rustaccel.core.limiting.script import SCRIPT

SCHEMES = ("redis", "rediss", "unix")
#: Seconds to connect and to wait for an answer; `socket_timeout=…` in the URL changes them.
TIMEOUT = 0.25
#: Characters of a key that Redis gets as it is; longer ones are hashed.
LONGEST_KEY = 200


class RedisStorage:
    """One server: its clients, and whether it answers."""

    def __init__(self, url: str) -> None:
        """Raise ``ImportError`` without redis-py and ``ValueError`` for a URL that it refuses."""
        import redis

        self.url = url
        self.outage = Outage(_label(url))
        self.run = _client(redis.Redis, redis.retry.Retry, url).register_script(SCRIPT)
        self._loops: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        self.errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)

    @property
    def arun(self) -> Any:
        """The script for this event loop: connections belong to the loop that opened them."""
        loop = asyncio.get_running_loop()
        if loop not in self._loops:
            from redis import asyncio as aredis
            from redis.asyncio.retry import Retry

            self._loops[loop] = _client(aredis.Redis, Retry, self.url).register_script(SCRIPT)
        return self._loops[loop]

    @property
    def aclient(self) -> Any:
        """The client of this event loop."""
        return self.arun.registered_client


def _client(client: Any, retry: Any, url: str) -> Any:
    """A client that tries once more if its connection was closed, and not after a timeout."""
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as Closed

    once_more = retry(NoBackoff(), 1, supported_errors=(Closed,))
    timeouts = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    return client.from_url(url, retry=once_more, **timeouts)


def _label(url: str) -> str:
    """The URL without user and password, for logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


class RedisCounter:
    """The rates of one limiter in Redis."""

    def __init__(
        self,
        storage: RedisStorage,
        algorithm: str,
        rates: Sequence[tuple[int, int, int]],
        prefix: str,
    ) -> None:
        self.storage = storage
        self.prefix = prefix
        self.algorithm = algorithm
        self._names = [f"{algorithm}:{'/'.join(map(str, rate))}" for rate in rates]
        self._rates = [
            number
            for limit, seconds, burst in rates
            for number in (limit, seconds * 1_000_000, burst)
        ]

    def hit(self, key: str, cost: int, now: int | None) -> Decision:
        """Count a call if every rate lets it pass."""
        return _tightest(self.storage.run(self.names(key), self._arguments(1, cost, now)))

    def peek(self, key: str, cost: int, now: int | None) -> Decision:
        """What :meth:`hit` would say."""
        return _tightest(self.storage.run(self.names(key), self._arguments(0, cost, now)))

    def reset(self, key: str) -> None:
        """Forget what the key has done."""
        self.storage.run.registered_client.delete(*self.names(key))

    async def ahit(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`hit` on an event loop."""
        return _tightest(await self.storage.arun(self.names(key), self._arguments(1, cost, now)))

    async def apeek(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`peek` on an event loop."""
        return _tightest(await self.storage.arun(self.names(key), self._arguments(0, cost, now)))

    async def areset(self, key: str) -> None:
        """:meth:`reset` on an event loop."""
        await self.storage.aclient.delete(*self.names(key))

    def names(self, key: str) -> list[str]:
        """The keys in Redis, one a rate; of what stands in braces a cluster chooses the node."""
        encoded = key.encode("utf-8", "surrogatepass")
        if len(encoded) > LONGEST_KEY or b"}" in encoded or not key.isprintable():
            key = hashlib.blake2b(encoded, digest_size=20).hexdigest()
        return [f"rustaccel:{{{self.prefix}:{key}}}:{name}" for name in self._names]

    def _arguments(self, write: int, cost: int, now: int | None) -> list[Any]:
        if cost < 0:
            raise OverflowError("a cost is 0 or more")
        time = "" if now is None else now // 1000
        return [self.algorithm, write, min(cost, 1 << 40), time, *self._rates]


def _tightest(said: list[list[int]]) -> Decision:
    """The verdict that binds: the longest wait, or the least that remains."""
    allowed, limit, remaining, wait, reset = min(said, key=_binds)
    seconds = float("inf") if wait < 0 else wait / 1_000_000
    return Decision(bool(allowed), limit, remaining, seconds, reset / 1_000_000)


def _binds(said: list[int]) -> tuple[int, float, int]:
    allowed, _, remaining, wait, _ = said
    return allowed, -float("inf") if wait < 0 else -wait, remaining
