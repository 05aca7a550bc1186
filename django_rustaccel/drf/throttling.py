"""DRF's throttles, counted in one atomic step: two requests at the same time count as two.

DRF reads a list of times from the cache, decides, and writes it back; what happens between is lost.
Here the storage decides: that of ``RUSTACCEL["RATE_LIMIT"]``, or else where the throttle's cache is
(Redis for Django's ``RedisCache``, this process for everything else).
"""

from __future__ import annotations

import math
import time
import uuid
from functools import lru_cache
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCacheClient
from django.utils.connection import ConnectionProxy
from rest_framework import throttling as stock

from django_rustaccel.conf import rate_limit_options
from django_rustaccel.core.limiting import Decision, Limiter

__all__ = ["AnonRateThrottle", "ScopedRateThrottle", "SimpleRateThrottle", "UserRateThrottle"]

#: Where throttles count without a setting and without Redis.
IN_PROCESS = "local://throttles"
#: What a cache holds that was not cleared since a throttle looked.
MARK = "rustaccel.throttles"


class SimpleRateThrottle(stock.SimpleRateThrottle):
    """``rest_framework.throttling.SimpleRateThrottle``: subclasses say what is counted.

    ``algorithm`` is one of :class:`~django_rustaccel.ratelimit.Limiter`'s. DRF's own tests hold
    with the default: a window opens with the first request and closes after ``duration``.
    """

    algorithm = "fixed-window"
    #: Set by DRF's ``__init__`` of the rate.
    num_requests: int
    duration: int
    _decision: Decision | None = None

    def allow_request(self, request: Any, view: Any) -> bool:
        """Whether the request may pass; counts it if it may."""
        if self.rate is None:
            return True
        self.key = self.get_cache_key(request, view)
        if self.key is None:
            return True
        self._decision = self._hit(self.key)
        return bool(self.throttle_success() if self._decision.allowed else self.throttle_failure())

    def throttle_success(self) -> bool:
        """What follows from a request that may pass; it is counted already."""
        return True

    def throttle_failure(self) -> bool:
        """What follows from a request that may not pass."""
        return False

    def wait(self) -> float | None:
        """Seconds until a request would pass; ``None`` if none ever will."""
        if self._decision is None:
            return super().wait()
        seconds = self._decision.retry_after
        return seconds if math.isfinite(seconds) else None

    def _hit(self, key: str) -> Decision:
        cache, options = _backend(self.cache), rate_limit_options()
        storage = options.get("storage") or _storage_of(cache)
        key = f"{_mark(cache)}:{key}" if storage == IN_PROCESS else cache.make_key(key)
        on_error = options.get("on_storage_error", "open")
        limiter = _limiter(self.num_requests, self.duration, storage, self.algorithm, on_error)
        if self.timer is time.time:
            return limiter.hit(key)
        return limiter.hit_at(self.timer(), key)


class AnonRateThrottle(stock.AnonRateThrottle, SimpleRateThrottle):
    """``rest_framework.throttling.AnonRateThrottle``: anonymous users, by their address."""


class UserRateThrottle(stock.UserRateThrottle, SimpleRateThrottle):
    """``rest_framework.throttling.UserRateThrottle``: users, and anonymous ones by address."""


class ScopedRateThrottle(stock.ScopedRateThrottle, SimpleRateThrottle):
    """``rest_framework.throttling.ScopedRateThrottle``: by the ``throttle_scope`` of a view."""


@lru_cache(256)
def _limiter(limit: int, seconds: float, storage: str, algorithm: str, on_error: str) -> Limiter:
    rate = f"{limit}/{math.ceil(seconds)}s"
    return Limiter(rate, storage, algorithm, "drf", on_storage_error=on_error)


def _backend(cache: Any) -> Any:
    """The cache itself: Django's proxy of an alias looks for it at every attribute."""
    return cache._connections[cache._alias] if type(cache) is ConnectionProxy else cache


def _storage_of(cache: Any) -> str:
    """Redis where the cache is in one that its URL says all about; else this process."""
    if type(cache) is LocMemCache:
        return IN_PROCESS
    servers: list[str] = getattr(cache, "_servers", [])
    if getattr(cache, "_class", None) is RedisCacheClient and not getattr(cache, "_options", None):
        return servers[0]
    return IN_PROCESS


def _mark(cache: Any) -> str:
    """Another text after every ``clear()`` of the cache: tests begin anew with that.

    What is asked for most often is what ``LocMemCache`` drops last when it is full.
    """
    look = _in_memory if type(cache) is LocMemCache else _ask
    mark = look(cache)
    if mark is None:
        cache.add(MARK, uuid.uuid4().hex, None)
        mark = look(cache)
    return str(mark or uuid.uuid4().hex)


def _ask(cache: Any) -> Any:
    return cache.get(MARK)


def _in_memory(cache: Any) -> Any:
    """What :func:`_ask` would give, as it is kept: nobody needs to read the pickle."""
    key = cache.make_key(MARK)
    with cache._lock:
        mark = cache._cache.get(key)
        if mark is not None:
            cache._cache.move_to_end(key, last=False)
    return mark
