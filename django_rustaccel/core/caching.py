"""The native cache; no Django."""

from __future__ import annotations

from django_rustaccel._rust import CacheStore, Forward, LocalCache

__all__ = ["CacheStore", "Forward", "LocalCache"]
