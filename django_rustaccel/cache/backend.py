"""The backend: single operations are native, what consists of several is put together here.

Values that nothing can change (``str``, ``bytes``, ``int``, ``float``, ``bool``, ``None``) are kept
as they are, others by their pickle, as in Django's class. Single operations are atomic, and take so
little time that the ``async`` methods do not leave the event loop for them. Caches of one
``LOCATION`` share their entries, within the bounds of the one that was made first.
"""

from __future__ import annotations

import math
import pickle
from collections.abc import Iterable
from functools import partial
from typing import Any, TypedDict

import django
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache, default_key_func
from django.core.exceptions import ImproperlyConfigured

from django_rustaccel.cache import options
from django_rustaccel.core.caching import CacheStore, LocalCache
from django_rustaccel.core.flights import Flights

__all__ = ["CacheStatistics", "RustCache"]

_KEY_METHODS = ("make_key", "validate_key", "make_and_validate_key")
_TIMEOUT_METHODS = ("get_backend_timeout",)
#: Attributes whose values the native half is told.
_TOLD = {"key_prefix", "version", "key_func", "default_timeout", "_store"}
_TOLD.update(_KEY_METHODS, _TIMEOUT_METHODS)

#: By name, which is the location; that of a local level names the other one too.
_stores: dict[Any, CacheStore] = {}
_flights = Flights()


class CacheStatistics(TypedDict):
    """Calls of ``get`` by what they found and entries put out, since start.

    What is there now, and what there may be.
    """

    hits: int
    misses: int
    evictions: int
    entries: int
    bytes: int
    max_entries: int
    max_bytes: int


class RustCache(LocalCache, BaseCache):
    """Backend for ``CACHES``; the methods that touch single keys are the native class's."""

    pickle_protocol = pickle.HIGHEST_PROTOCOL
    #: Whose methods to make keys and timeouts native code knows.
    _known: type[BaseCache] = BaseCache

    def __new__(cls, name: str, params: dict[str, Any]) -> RustCache:
        """Make a ``TwoLevelCache`` if ``L2`` is among the options."""
        from django_rustaccel.cache.levels import TwoLevelCache

        if "L2" not in params.get("OPTIONS", {}) or issubclass(cls, TwoLevelCache):
            return super().__new__(cls)
        if cls is not RustCache:
            raise ImproperlyConfigured(f"For L2, derive {cls.__name__} from TwoLevelCache.")
        return super().__new__(TwoLevelCache)

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        """Take the ``LOCATION`` and the other keys of a cache's settings.

        Raises ``ValueError`` for an option that is not what ``manage.py check`` asks for.
        """
        BaseCache.__init__(self, params)
        given = params.get("OPTIONS", {})
        self._name = self._store_name(name, given)
        self._compress = options.read(given, "COMPRESS", None)
        self._stale = options.read(given, "STALE", 0)
        max_bytes = options.read(given, "MAX_BYTES", options.MAX_BYTES)
        store = CacheStore(max(1, self._max_entries), max_bytes)
        self._store = _stores.setdefault(self._name, store)

    def _store_name(self, location: str, given: dict[str, Any]) -> Any:
        return location

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in _TOLD:
            self._tell()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        if name in _TOLD:
            self._tell()

    def _tell(self) -> None:
        """Tell the native half how keys and timeouts are made, or that it has to ask."""
        if "_store" not in vars(self):
            return
        prefix = timeout = None
        if self.key_func is default_key_func and self._are_known(_KEY_METHODS):
            prefix = f"{self.key_prefix}:{self.version}:"
        if self._are_known(_TIMEOUT_METHODS):
            timeout = math.inf if self.default_timeout is None else float(self.default_timeout)
        self._configure(self._store, prefix, timeout, DEFAULT_TIMEOUT, self._compress)

    def _are_known(self, names: tuple[str, ...]) -> bool:
        """Whether these methods are the known ones, in the class and in the instance."""
        cls, own = type(self), vars(self)
        return all(
            name not in own and getattr(cls, name) is getattr(self._known, name) for name in names
        )

    def statistics(self) -> CacheStatistics:
        """What happened to the entries of this location in this process."""
        hits, misses, evictions, entries, size = self._store.counts()
        return {
            "hits": hits,
            "misses": misses,
            "evictions": evictions,
            "entries": entries,
            "bytes": size,
            "max_entries": self._store.max_entries,
            "max_bytes": self._store.max_bytes,
        }

    # Django 6.1 asks for the function of these two methods, which native ones have not.

    def has_key(self, key: Any, version: Any = None) -> bool:
        """See ``BaseCache.has_key``."""
        return LocalCache.has_key(self, key, version)

    def incr(self, key: Any, delta: Any = 1, version: Any = None) -> Any:
        """See ``BaseCache.incr``; atomic."""
        return LocalCache.incr(self, key, delta, version)

    def get_or_set(
        self,
        key: Any,
        default: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: Any = None,
        *,
        stale: float | None = None,
    ) -> Any:
        """Return the value, which one caller computes if there is none and `default` is callable.

        Others who ask meanwhile wait for it, unless it waits for them. What `default` raises is
        raised for its caller; the next one tries again. For `stale` seconds after the value's end
        (the option ``STALE``), others take the old value instead of waiting.
        """
        if not callable(default):
            return super().get_or_set(key, default, timeout, version)
        stale = self._seconds_stale(stale)
        value = self.get(key, self._missing_key, version=version)
        if value is not self._missing_key:
            return value
        compute = partial(self._compute, key, default, timeout, version, stale)
        name = self._flight_name(key, version)
        while not (flight := _flights.board(name)).is_mine:
            if (value := self._old(key, version, stale)) is not self._missing_key:
                return value
            if _flights.wait(flight):
                return compute()
        return _flights.fly(name, flight, compute)

    async def aget_or_set(
        self,
        key: Any,
        default: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: Any = None,
        *,
        stale: float | None = None,
    ) -> Any:
        """See ``get_or_set``; waits for computations of others without holding up the loop."""
        if not callable(default):
            return await self._acompute(key, lambda: default, timeout, version, 0)
        stale = self._seconds_stale(stale)
        value = await self.aget(key, self._missing_key, version=version)
        if value is not self._missing_key:
            return value
        compute = partial(self._acompute, key, default, timeout, version, stale)
        name = self._flight_name(key, version)
        while not (flight := _flights.board(name, is_async=True)).is_mine:
            if (value := self._old(key, version, stale)) is not self._missing_key:
                return value
            if await _flights.await_(flight):
                return await compute()
        return await _flights.afly(name, flight, compute)

    def _seconds_stale(self, given: float | None) -> float:
        return self._stale if given is None else given

    def _compute(self, key: Any, default: Any, timeout: Any, version: Any, stale: float) -> Any:
        if not stale:
            return super().get_or_set(key, default, timeout, version)
        value = self.get(key, self._missing_key, version=version)
        if value is self._missing_key:
            value = default()
            self._add(key, value, timeout, version, stale)
            value = self.get(key, value, version=version)
        return value

    async def _acompute(
        self, key: Any, default: Any, timeout: Any, version: Any, stale: float
    ) -> Any:
        """See ``_compute``; ``BaseCache.aget_or_set`` does it in a thread, from Django 6.1 on."""
        if stale:
            return self._compute(key, default, timeout, version, stale)
        value = await self.aget(key, self._missing_key, version=version)
        if value is self._missing_key:
            value = default()
            await self.aadd(key, value, timeout=timeout, version=version)
            value = await self.aget(key, value, version=version)
        return value

    def _old(self, key: Any, version: Any, stale: float) -> Any:
        """The value before the one that is being computed, if that will do."""
        return self._get_stale(key, self._missing_key, version) if stale else self._missing_key

    def _flight_name(self, key: Any, version: Any) -> tuple[Any, str]:
        return self._name, str(self.make_key(key, version))

    async def aget(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """See ``get``."""
        return self.get(key, default, version)

    async def aset(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """See ``set``."""
        self.set(key, value, timeout, version)

    async def aadd(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """See ``add``."""
        return self.add(key, value, timeout, version)

    async def atouch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """See ``touch``."""
        return self.touch(key, timeout, version)

    async def adelete(self, key: Any, version: Any = None) -> bool:
        """See ``delete``."""
        return self.delete(key, version)

    async def ahas_key(self, key: Any, version: Any = None) -> bool:
        """See ``has_key``."""
        return self.has_key(key, version)

    async def aincr(self, key: Any, delta: Any = 1, version: Any = None) -> Any:
        """See ``incr``; names a missing key as ``LocMemCache.aincr`` of this Django does."""
        if django.VERSION < (6, 1) and not self.has_key(key, version):
            raise ValueError(f"Key '{key}' not found")
        return self.incr(key, delta, version)

    async def aget_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """See ``get_many``."""
        return self.get_many(keys, version)

    async def aset_many(
        self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """See ``set_many``."""
        return self.set_many(data, timeout, version)

    async def adelete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """See ``delete_many``."""
        self.delete_many(keys, version)

    async def aincr_version(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """See ``incr_version``."""
        return self.incr_version(key, delta, version)

    async def aclear(self) -> None:
        """See ``clear``."""
        self.clear()

    async def aclose(self, **kwargs: Any) -> None:
        """See ``close``, which has nothing to wait for."""
        self.close(**kwargs)
