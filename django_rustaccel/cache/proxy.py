"""``django.core.cache.cache``, whose way to the backend is short.

Django's proxy looks for the backend of this thread or task anew in every call, by ten frames of
Python that take several times as long as a native ``get``. The same look-up is native here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, caches
from django.core.cache import cache as django_cache
from django.core.cache.backends.base import BaseCache
from django.utils.connection import ConnectionProxy

from django_rustaccel.core.caching import Forward

if TYPE_CHECKING:
    Proxy = ConnectionProxy[BaseCache]
else:
    Proxy = ConnectionProxy

__all__ = ["CacheProxy", "cache", "install", "uninstall"]

_djangos: Any = django_cache


class CacheProxy(Proxy):
    """A proxy for ``caches[alias]``; other attributes than a backend's methods go Django's way."""


for _name in vars(BaseCache):
    if not _name.startswith("_"):
        setattr(CacheProxy, _name, Forward(_name))


#: To be imported in place of ``django.core.cache.cache``: the same backend, whatever it is.
cache: Any = CacheProxy(caches, DEFAULT_CACHE_ALIAS)


def serves_ours() -> bool:
    """Whether a cache of ``CACHES`` is one of this package's."""
    backends = [str(each.get("BACKEND", "")) for each in settings.CACHES.values()]
    return any(backend.startswith("django_rustaccel.cache.") for backend in backends)


def install() -> None:
    """Make Django's own proxy one of these, wherever it has been imported."""
    if type(_djangos) is ConnectionProxy:
        # A proxy hands on what is set, also this.
        object.__setattr__(_djangos, "__class__", CacheProxy)


def uninstall() -> None:
    """Make it Django's again."""
    if type(_djangos) is CacheProxy:
        object.__setattr__(_djangos, "__class__", ConnectionProxy)
