"""System checks: what ``manage.py check`` reports. Each id stands in ``docs/checks.md``.

Importing this registers all of them but those of ``CACHES``, which :mod:`~.cache.checks` has.
"""

from __future__ import annotations

from django_rustaccel.checks import (
    hashers,
    keys,
    limits,
    memory,
    middleware,
    names,
    processes,
    renderers,
    webhooks,
)
from django_rustaccel.checks.messages import TAG

__all__ = [
    "TAG",
    "hashers",
    "keys",
    "limits",
    "memory",
    "middleware",
    "names",
    "processes",
    "renderers",
    "webhooks",
]
