"""A cache in the memory of each process: ``LocMemCache``'s behaviour, kept natively.

``CACHES = {"default": {"BACKEND": "django_rustaccel.cache.RustCache"}}``. Values that nothing can
change (``str``, ``bytes``, ``int``, ``float``, ``bool``, ``None``) are kept as they are, others by
their pickle, as in Django's class. Single operations are atomic, and take so little time that the
``async`` methods do not leave the event loop for them.

Options, in ``OPTIONS``: ``MAX_ENTRIES`` (Django's default: 300) and ``MAX_BYTES`` (256 MiB). When
full, entries that were not asked for again go first. Caches of one ``LOCATION`` share their
entries, within the bounds of the one that was made first.
"""

from __future__ import annotations

import asyncio
import math
import pickle
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, TypedDict

import django
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache, default_key_func

from django_rustaccel.core.caching import CacheStore, LocalCache
from django_rustaccel.core.flights import Flights

__all__ = ["CacheStatistics", "RustCache"]

MAX_BYTES = 256 * 1024 * 1024

_KEY_METHODS = ("make_key", "validate_key", "make_and_validate_key")
_TIMEOUT_METHODS = ("get_backend_timeout",)
#: Attributes whose values the native half is told.
_TOLD = {"key_prefix", "version", "key_func", "default_timeout", "_store"}
_TOLD.update(_KEY_METHODS, _TIMEOUT_METHODS)

_stores: dict[str, CacheStore] = {}
_flights = Flights()


class CacheStatistics(TypedDict):
    """Calls of ``get`` by what they found and entries put out, since start; what is there now."""

    hits: int
    misses: int
    evictions: int
    entries: int
    bytes: int


class RustCache(LocalCache, BaseCache):
    """Backend for ``CACHES``; the methods that touch single keys are the native class's."""

    pickle_protocol = pickle.HIGHEST_PROTOCOL

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        """Take the ``LOCATION`` and the other keys of a cache's settings.

        Raises ``ValueError`` for a ``MAX_BYTES`` that is no whole number above 0.
        """
        BaseCache.__init__(self, params)
        self._location = name
        store = CacheStore(max(1, self._max_entries), _max_bytes(params.get("OPTIONS", {})))
        self._store = _stores.setdefault(name, store)

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
        if self.key_func is default_key_func and _are_djangos(self, _KEY_METHODS):
            prefix = f"{self.key_prefix}:{self.version}:"
        if _are_djangos(self, _TIMEOUT_METHODS):
            timeout = math.inf if self.default_timeout is None else float(self.default_timeout)
        self._configure(self._store, prefix, timeout, DEFAULT_TIMEOUT)

    def statistics(self) -> CacheStatistics:
        """What happened to the entries of this location in this process."""
        hits, misses, evictions, entries, size = self._store.counts()
        return {
            "hits": hits,
            "misses": misses,
            "evictions": evictions,
            "entries": entries,
            "bytes": size,
        }

    def get_or_set(
        self, key: Any, default: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> Any:
        """Return the value, which one caller computes if there is none and `default` is callable.

        Others who ask meanwhile wait for it, unless it waits for them. What `default` raises is
        raised for its caller; the next one tries again.
        """
        compute = partial(super().get_or_set, key, default, timeout, version)
        if not callable(default):
            return compute()
        value = self.get(key, self._missing_key, version=version)
        if value is not self._missing_key:
            return value
        name = self._flight_name(key, version)
        while not (flight := _flights.board(name)).is_mine:
            if _flights.wait(flight):
                return compute()
        return _flights.fly(name, flight, compute)

    async def aget_or_set(
        self, key: Any, default: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> Any:
        """See ``get_or_set``; waits for computations of threads without holding up the loop."""
        compute = partial(super().get_or_set, key, default, timeout, version)
        if not callable(default):
            return compute()
        value = self.get(key, self._missing_key, version=version)
        if value is not self._missing_key:
            return value
        name = self._flight_name(key, version)
        while not (flight := _flights.board(name)).is_mine:
            if await asyncio.wrap_future(flight.landed):
                return compute()
        return _flights.fly(name, flight, compute)

    def _flight_name(self, key: Any, version: Any) -> tuple[str, str]:
        return self._location, str(self.make_key(key, version))

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
        """See ``incr``; names a missing key as the installed ``BaseCache.aincr`` does."""
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
        """See ``close``."""
        self.close(**kwargs)


def _max_bytes(options: Mapping[str, Any]) -> int:
    value = options.get("MAX_BYTES", MAX_BYTES)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"MAX_BYTES must be a whole number above 0, not {value!r}.")
    return value


def _are_djangos(cache: BaseCache, names: tuple[str, ...]) -> bool:
    """Whether these methods are ``BaseCache``'s own, in the class and in the instance."""
    own = vars(cache)
    return all(
        name not in own and getattr(type(cache), name) is getattr(BaseCache, name) for name in names
    )
