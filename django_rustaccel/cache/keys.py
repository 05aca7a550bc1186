"""Keys and timeouts of a cache in front of another one.

What the front does not set for itself (``KEY_PREFIX``, ``KEY_FUNCTION``, ``VERSION``, ``TIMEOUT``)
is the other cache's, so that both aliases see the same entries. A prefix or a key function of its
own makes a space of its own there: its whole keys are the other cache's keys. Either way an entry
has the same whole name in both, by which Redis tells of its changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache


class KeysInFront:
    """How the front's keys, versions and timeouts are said to the other cache."""

    def __init__(self, front: BaseCache, params: dict[str, Any], l2: BaseCache) -> None:
        self._front = front
        self._own_func = front.key_func
        self._has_space = bool(params.get("KEY_PREFIX") or params.get("KEY_FUNCTION"))
        self._has_timeout = "TIMEOUT" in params or "timeout" in params
        if "VERSION" not in params:
            front.version = l2.version
        if self._has_space:
            front.key_func = lambda key, prefix, version: l2.make_key(
                self._own_func(key, prefix, version), version
            )
        elif type(l2).make_key is BaseCache.make_key:
            front.key_prefix, front.key_func = l2.key_prefix, l2.key_func
        else:
            front.key_func = lambda key, prefix, version: l2.make_key(key, version)

    def there(self, key: Any, version: Any) -> tuple[Any, Any]:
        """The key and the version by which the other cache has it."""
        version = self._front.version if version is None else version
        if self._has_space:
            key = self._own_func(key, self._front.key_prefix, version)
        return key, version

    def many_there(self, keys: Iterable[Any], version: Any) -> tuple[dict[Any, Any], Any]:
        """Keys there, with those they stand for; and the version."""
        version = self._front.version if version is None else version
        return {self.there(key, version)[0]: key for key in keys}, version

    def timeout(self, timeout: Any) -> Any:
        """The timeout as the other cache is told it."""
        is_own = timeout is DEFAULT_TIMEOUT and self._has_timeout
        return self._front.default_timeout if is_own else timeout
