"""Two levels: entries of this process in front of any other cache, such as Redis.

Every write goes to the other cache, which stays the only truth: here an entry is dropped by it, and
comes back with the next look. So what is found is always what the other cache would give, of this
moment or of at most ``STALENESS`` seconds ago.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from asgiref.sync import sync_to_async
from django.core.cache import caches
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.exceptions import ImproperlyConfigured

from django_rustaccel.cache import options
from django_rustaccel.cache.backend import RustCache
from django_rustaccel.cache.keys import KeysInFront
from django_rustaccel.cache.redis import follow
from django_rustaccel.core.caching import LocalCache
from django_rustaccel.core.levels import Mark
from django_rustaccel.core.tracking import level_of

_MISSING: Any = object()


class TwoLevelCache(RustCache):
    """What ``RustCache`` is with the option ``L2``; derive from it to override methods."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        """See ``RustCache``; raises ``ImproperlyConfigured`` for an ``L2`` that cannot be one."""
        given = params["OPTIONS"]
        self._alias = options.read(given, "L2", None)
        self._staleness = float(options.read(given, "STALENESS", options.STALENESS))
        super().__init__(name, params)
        self._seconds_stale(self._stale)
        self._keys = KeysInFront(self, params, self._l2)
        self._level = level_of(self._name, self._store)
        source = options.read(given, "INVALIDATION", "auto")
        follow(self._level, self._l2, source, self._staleness)

    @property
    def _l2(self) -> BaseCache:
        """The other cache, as Django hands it to this thread or task."""
        l2 = caches[self._alias]
        if isinstance(l2, TwoLevelCache):
            raise ImproperlyConfigured(f"L2 {self._alias!r} has an L2 of its own.")
        return l2

    def _store_name(self, location: str, given: dict[str, Any]) -> Any:
        settings = caches.settings.get(self._alias, {})
        return location, self._alias, settings.get("BACKEND"), str(settings.get("LOCATION"))

    def _seconds_stale(self, given: float | None) -> float:
        if given:
            raise ImproperlyConfigured("Old values (STALE) cannot be had with L2.")
        return 0

    def validate_key(self, key: str) -> None:
        """Leave it to the other cache, or there would be two warnings."""

    # -- reading

    def get(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """See ``BaseCache.get``."""
        value = LocalCache.get(self, key, _MISSING, version)
        if value is _MISSING:
            mark = self._mark(key, version)
            there, at = self._keys.there(key, version)
            value = self._l2.get(there, _MISSING, version=at)
            self._keep(key, value, version, mark)
        return default if value is _MISSING else value

    async def aget(self, key: Any, default: Any = None, version: Any = None) -> Any:
        """See ``get``."""
        value = LocalCache.get(self, key, _MISSING, version)
        if value is _MISSING:
            mark = self._mark(key, version)
            there, at = self._keys.there(key, version)
            value = await self._l2.aget(there, _MISSING, version=at)
            self._keep(key, value, version, mark)
        return default if value is _MISSING else value

    def get_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """See ``BaseCache.get_many``; asks the other cache once, for what is not here."""
        found, marks = self._look(keys, version)
        names, at = self._keys.many_there(marks, version)
        values = self._l2.get_many(list(names), version=at) if names else {}
        return found | self._keep_many(values, names, version, marks)

    async def aget_many(self, keys: Iterable[Any], version: Any = None) -> dict[Any, Any]:
        """See ``get_many``."""
        found, marks = self._look(keys, version)
        names, at = self._keys.many_there(marks, version)
        values = await self._l2.aget_many(list(names), version=at) if names else {}
        return found | self._keep_many(values, names, version, marks)

    def has_key(self, key: Any, version: Any = None) -> bool:
        """See ``BaseCache.has_key``."""
        there, at = self._keys.there(key, version)
        return LocalCache.has_key(self, key, version) or self._l2.has_key(there, version=at)

    async def ahas_key(self, key: Any, version: Any = None) -> bool:
        """See ``has_key``."""
        there, at = self._keys.there(key, version)
        return LocalCache.has_key(self, key, version) or await self._l2.ahas_key(there, version=at)

    def _mark(self, key: Any, version: Any) -> Mark:
        if self._level.tracking is not None:
            self._level.tracking.start()
        return self._level.mark(self._name_here(key, version))

    def _keep(self, key: Any, value: Any, version: Any, mark: Mark) -> None:
        if value is _MISSING:
            return
        # A cache of live objects may have what cannot be pickled: that stays there only.
        with suppress(Exception):
            LocalCache.set(self, key, value, self._staleness, version)
            self._level.settle(self._name_here(key, version), mark)

    def _name_here(self, key: Any, version: Any) -> str:
        return str(self.make_key(key, version))

    def _look(self, keys: Iterable[Any], version: Any) -> tuple[dict[Any, Any], dict[Any, Mark]]:
        """What is here, and marks of what is not."""
        looked = {key: LocalCache.get(self, key, _MISSING, version) for key in keys}
        found = {key: value for key, value in looked.items() if value is not _MISSING}
        return found, {key: self._mark(key, version) for key in looked if key not in found}

    def _keep_many(
        self, values: dict[Any, Any], names: dict[Any, Any], version: Any, marks: dict[Any, Mark]
    ) -> dict[Any, Any]:
        named = {names[there]: value for there, value in values.items()}
        for key, value in named.items():
            self._keep(key, value, version, marks[key])
        return named

    # -- writing: the other cache does it, and is asked anew

    def _write(self, method: str, key: Any, version: Any, *arguments: Any) -> Any:
        there, at = self._keys.there(key, version)
        try:
            return getattr(self._l2, method)(there, *arguments, version=at)
        finally:  # also after an error: who knows what was written
            self._level.forget(self._name_here(key, version))

    async def _awrite(self, method: str, key: Any, version: Any, *arguments: Any) -> Any:
        there, at = self._keys.there(key, version)
        try:
            return await getattr(self._l2, method)(there, *arguments, version=at)
        finally:
            self._level.forget(self._name_here(key, version))

    def set(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """See ``BaseCache.set``."""
        self._write("set", key, version, value, self._keys.timeout(timeout))

    async def aset(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> None:
        """See ``set``."""
        await self._awrite("aset", key, version, value, self._keys.timeout(timeout))

    def add(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """See ``BaseCache.add``; as atomic as the other cache's."""
        return bool(self._write("add", key, version, value, self._keys.timeout(timeout)))

    async def aadd(
        self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> bool:
        """See ``add``."""
        return bool(await self._awrite("aadd", key, version, value, self._keys.timeout(timeout)))

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """See ``BaseCache.touch``."""
        return bool(self._write("touch", key, version, self._keys.timeout(timeout)))

    async def atouch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: Any = None) -> bool:
        """See ``touch``."""
        return bool(await self._awrite("atouch", key, version, self._keys.timeout(timeout)))

    def delete(self, key: Any, version: Any = None) -> bool:
        """See ``BaseCache.delete``."""
        return bool(self._write("delete", key, version))

    async def adelete(self, key: Any, version: Any = None) -> bool:
        """See ``delete``."""
        return bool(await self._awrite("adelete", key, version))

    def incr(self, key: Any, delta: Any = 1, version: Any = None) -> Any:
        """See ``BaseCache.incr``; as atomic as the other cache's."""
        return self._write("incr", key, version, delta)

    async def aincr(self, key: Any, delta: Any = 1, version: Any = None) -> Any:
        """See ``incr``; in a thread for a backend that has only ``BaseCache.aincr``.

        That one reads, adds and writes: two at once would lose a sum.
        """
        if type(self._l2).aincr is BaseCache.aincr:
            return await sync_to_async(self.incr, thread_sensitive=True)(key, delta, version)
        return await self._awrite("aincr", key, version, delta)

    def incr_version(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """See ``BaseCache.incr_version``."""
        self._level.forget(self._name_here(key, version))
        return BaseCache.incr_version(self, key, delta, version)

    async def aincr_version(self, key: Any, delta: int = 1, version: Any = None) -> int:
        """See ``incr_version``."""
        version = self.version if version is None else version
        self._level.forget(self._name_here(key, version))
        value = await self.aget(key, _MISSING, version)
        if value is _MISSING:
            raise ValueError(f"Key '{key}' not found")
        await self.aset(key, value, version=version + delta)
        await self.adelete(key, version)
        return int(version + delta)

    def set_many(
        self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """See ``BaseCache.set_many``."""
        names, at = self._keys.many_there(data, version)
        values = {there: data[key] for there, key in names.items()}
        try:
            failed = self._l2.set_many(values, self._keys.timeout(timeout), version=at)
        finally:
            self._forget_many(data, version)
        return [names[there] for there in failed]

    async def aset_many(
        self, data: dict[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: Any = None
    ) -> list[Any]:
        """See ``set_many``."""
        names, at = self._keys.many_there(data, version)
        values = {there: data[key] for there, key in names.items()}
        try:
            failed = await self._l2.aset_many(values, self._keys.timeout(timeout), version=at)
        finally:
            self._forget_many(data, version)
        return [names[there] for there in failed]

    def delete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """See ``BaseCache.delete_many``."""
        names, at = self._keys.many_there(keys, version)
        try:
            self._l2.delete_many(list(names), version=at)
        finally:
            self._forget_many(names.values(), version)

    async def adelete_many(self, keys: Iterable[Any], version: Any = None) -> None:
        """See ``delete_many``."""
        names, at = self._keys.many_there(keys, version)
        try:
            await self._l2.adelete_many(list(names), version=at)
        finally:
            self._forget_many(names.values(), version)

    def _forget_many(self, keys: Iterable[Any], version: Any) -> None:
        for key in keys:
            self._level.forget(self._name_here(key, version))

    def clear(self) -> None:
        """See ``BaseCache.clear``: of both caches, whatever else is in the other one."""
        try:
            self._l2.clear()
        finally:
            self._level.forget_all()

    async def aclear(self) -> None:
        """See ``clear``."""
        try:
            await self._l2.aclear()
        finally:
            self._level.forget_all()


TwoLevelCache._known = TwoLevelCache
