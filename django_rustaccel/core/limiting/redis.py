"""``redis://``: rates counted for all hosts, in one round trip and one atomic script a decision."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from django_rustaccel._rust import Decision
from django_rustaccel.core.limiting.outage import Outage
from django_rustaccel.core.limiting.redis_clients import errors, is_cluster, make_client, split
from django_rustaccel.core.limiting.script import SCRIPTS

#: Characters of a key that Redis gets as it is; longer ones are hashed.
LONGEST_KEY = 200
#: More than any limit, and small enough to be added to a double.
MOST_COST = 1 << 40


class RedisStorage:
    """One server or cluster: its clients, and whether it answers."""

    def __init__(self, url: str) -> None:
        """Raise ``ImportError`` without redis-py and ``ValueError`` for a URL that it refuses."""
        self.url = url
        self.outage = Outage(_label(url))
        self.errors = errors()
        self._clients: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
        if is_cluster(url):
            split(url)
        else:
            _ = self.client

    @cached_property
    def client(self) -> Any:
        """The client of all threads; that of a cluster has to reach it first."""
        return make_client(self.url)

    @property
    def aclient(self) -> Any:
        """The client of this event loop: connections belong to the loop that opened them."""
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            self._clients[loop] = make_client(self.url, "redis.asyncio")
        return self._clients[loop]


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
        self.prefix = _tag(prefix)
        self._names = [f"{algorithm}:{'/'.join(map(str, rate))}" for rate in rates]
        self._rates = [part for rate in rates for part in _numbers(algorithm, *rate)]
        self._source = SCRIPTS[algorithm]
        self._runs: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()

    def hit(self, key: str, cost: int, now: int | None) -> Decision:
        """Count a call if every rate lets it pass."""
        return _tightest(self._run(self.names(key), self._arguments(b"", cost, now)))

    def peek(self, key: str, cost: int, now: int | None) -> Decision:
        """What :meth:`hit` would say."""
        return _tightest(self._run(self.names(key), self._arguments(b"?", cost, now)))

    def reset(self, key: str) -> None:
        """Forget what the key has done."""
        self.storage.client.delete(*self.names(key))

    async def ahit(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`hit` on an event loop."""
        return _tightest(await self._arun(self.names(key), self._arguments(b"", cost, now)))

    async def apeek(self, key: str, cost: int, now: int | None) -> Decision:
        """:meth:`peek` on an event loop."""
        return _tightest(await self._arun(self.names(key), self._arguments(b"?", cost, now)))

    async def areset(self, key: str) -> None:
        """:meth:`reset` on an event loop."""
        await self.storage.aclient.delete(*self.names(key))

    @cached_property
    def _run(self) -> Any:
        return self.storage.client.register_script(self._source)

    @property
    def _arun(self) -> Any:
        client = self.storage.aclient
        if client not in self._runs:
            self._runs[client] = client.register_script(self._source)
        return self._runs[client]

    def names(self, key: str) -> list[str]:
        """The keys in Redis, one a rate; of what stands in braces a cluster chooses the node."""
        tag = f"{self.prefix}:{_tag(key)}"
        return [f"rustaccel:{{{tag}}}:{name}" for name in self._names]

    def _arguments(self, mark: bytes, cost: int, now: int | None) -> list[bytes]:
        if cost < 0:
            raise OverflowError("a cost is 0 or more")
        time = b"" if now is None else b"%d" % (now // 1000)
        return [mark + b"%d" % min(cost, MOST_COST), time, *self._rates]


def _tag(text: str) -> str:
    """A text as it may stand in braces; one that may not is hashed."""
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) <= LONGEST_KEY and b"}" not in encoded and text.isprintable():
        return text
    return hashlib.blake2b(encoded, digest_size=20).hexdigest()


def _numbers(algorithm: str, limit: int, seconds: int, burst: int) -> tuple[bytes, bytes]:
    """What the script takes of a rate: see there."""
    period = seconds * 1_000_000
    if algorithm in ("gcra", "token-bucket"):
        return b"%d" % burst, repr(period / max(limit, 1)).encode()
    return b"%d" % limit, b"%d" % period


def _tightest(said: bytes | str) -> Decision:
    """The verdict that binds: the longest wait, or the least that remains."""
    lines = [[int(number) for number in line.split()] for line in said.splitlines()]
    allowed, limit, remaining, wait, reset = min(lines, key=_binds) if lines[1:] else lines[0]
    seconds = float("inf") if wait < 0 else wait / 1_000_000
    return Decision(bool(allowed), limit, remaining, seconds, reset / 1_000_000)


def _binds(said: list[int]) -> tuple[int, float, int]:
    allowed, _, remaining, wait, _ = said
    return allowed, -float("inf") if wait < 0 else -wait, remaining
