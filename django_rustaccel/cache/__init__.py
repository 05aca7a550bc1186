"""A cache in the memory of each process: ``LocMemCache``'s behaviour, kept natively.

``CACHES = {"default": {"BACKEND": "django_rustaccel.cache.RustCache"}}``; see ``docs/cache.md``.
"""

from __future__ import annotations

from django_rustaccel.cache.backend import CacheStatistics, RustCache
from django_rustaccel.cache.levels import TwoLevelCache
from django_rustaccel.cache.proxy import cache

__all__ = ["CacheStatistics", "RustCache", "TwoLevelCache", "cache"]
