"""The limiter: rates, an algorithm and a storage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django_rustaccel._rust import Decision, LimitTable, RateLimiter
from django_rustaccel.core.limiting import memory, redis_clients
from django_rustaccel.core.limiting.guarded import CHOICES, GuardedCounter
from django_rustaccel.core.limiting.rates import parse_rates
from django_rustaccel.core.limiting.redis import RedisCounter, RedisStorage

#: What each lets pass is told in docs/ratelimit.md.
ALGORITHMS = ("gcra", "fixed-window", "sliding-window", "token-bucket")
STORAGES = (*memory.SCHEMES, *redis_clients.SCHEMES)

_servers: dict[str, Any] = {}


class Limiter:
    """Decides whether something may happen once more.

    Parameters: `rate` is one rate or several that all hold (``"100/m"``, ``"10/s; 1000/d"``);
    `storage` is ``"local://"`` (this process), ``"shared://name"`` (all processes of this user on
    this host), ``"redis://…"`` or ``"redis+cluster://…"``; `algorithm` is
    ``"gcra"``, ``"token-bucket"``, ``"fixed-window"`` or ``"sliding-window"``; `prefix` keeps
    limiters of one storage apart. `burst` is how many may pass at once, for ``gcra`` and
    ``token-bucket`` (default: the limit). `on_storage_error` is ``"open"``, ``"closed"`` or
    ``"local"``. `clock` gives seconds in place of the host's or the server's monotonic ones.

    Raises ``ValueError`` for what is none of these, ``OSError`` when there is no shared memory.
    """

    def __init__(
        self,
        rate: str | Iterable[str],
        storage: str = "local://",
        algorithm: str = "gcra",
        prefix: str = "",
        *,
        burst: int | None = None,
        on_storage_error: str = "open",
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.rates = parse_rates(rate)
        self.storage = storage
        self.algorithm = algorithm = algorithm.replace("_", "-")
        self.prefix = prefix
        self._clock = clock
        if on_storage_error not in CHOICES:
            raise ValueError(f"{on_storage_error!r} is not one of {', '.join(CHOICES)}")
        native = [(each.limit, each.seconds, _burst(each.limit, burst)) for each in self.rates]
        url = check_storage(storage)
        is_remote = url.scheme not in memory.SCHEMES
        self._table = LimitTable(memory.CAPACITY) if is_remote else memory.table(url)
        self._counter: Any = RateLimiter(self._table, algorithm, native, prefix)
        self._remote: Any = None
        if is_remote:
            self._counter = self._remote = _guarded(
                storage, algorithm, native, prefix, self._counter, on_storage_error
            )

    def __repr__(self) -> str:
        rates = "; ".join(rate.text for rate in self.rates)
        return f"<{type(self).__name__} {rates} {self.algorithm}>"

    def hit(self, key: str, cost: int = 1) -> Decision:
        """Count a call of this `cost` if it may pass, and say whether it may.

        With several rates, what is said is of the one that binds. A cost above the limit never
        passes: ``retry_after`` is then infinite. Raises ``OverflowError`` for a negative cost.
        """
        if self._clock is None:
            decision: Decision = self._counter.hit(key, cost, None)
            return decision
        return self._counter.hit(key, cost, self._now())  # type: ignore[no-any-return]

    def hit_at(self, seconds: float, key: str, cost: int = 1) -> Decision:
        """:meth:`hit` at this time of a clock of the caller's."""
        return self._counter.hit(key, cost, _nanoseconds(seconds))  # type: ignore[no-any-return]

    def peek(self, key: str, cost: int = 1) -> Decision:
        """What :meth:`hit` would say, without counting; what remains is before the call."""
        return self._counter.peek(key, cost, self._now())  # type: ignore[no-any-return]

    def reset(self, key: str) -> None:
        """Forget what the key has done."""
        self._counter.reset(key)

    async def ahit(self, key: str, cost: int = 1) -> Decision:
        """:meth:`hit` on an event loop."""
        if self._remote is None:
            return self.hit(key, cost)
        return await self._remote.ahit(key, cost, self._now())  # type: ignore[no-any-return]

    async def apeek(self, key: str, cost: int = 1) -> Decision:
        """:meth:`peek` on an event loop."""
        if self._remote is None:
            return self.peek(key, cost)
        return await self._remote.apeek(key, cost, self._now())  # type: ignore[no-any-return]

    async def areset(self, key: str) -> None:
        """:meth:`reset` on an event loop."""
        if self._remote is None:
            self.reset(key)
        else:
            await self._remote.areset(key)

    def _now(self) -> int | None:
        return None if self._clock is None else _nanoseconds(self._clock())


def check_storage(storage: str) -> SplitResult:
    """The parts of a storage's URL. Raises ``ValueError`` for what is none."""
    url = urlsplit(storage)
    if url.scheme not in STORAGES:
        raise ValueError(f"{storage!r} is no storage: {', '.join(STORAGES)}")
    return url


def _nanoseconds(seconds: float) -> int:
    return max(0, int(seconds * 1_000_000_000))


def _burst(limit: int, burst: int | None) -> int:
    return limit if burst is None else burst


def _guarded(
    url: str,
    algorithm: str,
    rates: list[tuple[int, int, int]],
    prefix: str,
    local: RateLimiter,
    choice: str,
) -> Any:
    if url not in _servers:
        _servers[url] = RedisStorage(url)
    counter = RedisCounter(_servers[url], algorithm, rates, prefix)
    return GuardedCounter(counter, local, min(rate[2] for rate in rates), choice)
