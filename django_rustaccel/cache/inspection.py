"""What the caches of this process count."""

from __future__ import annotations

import os
from typing import Any

from django.core.cache import caches

from django_rustaccel.cache.backend import RustCache


def counted() -> list[dict[str, Any]]:
    """For each cache of this package in ``CACHES`` its alias, this process and its statistics."""
    backends = {alias: caches[alias] for alias in caches}
    return [
        {"cache": alias, "process": os.getpid(), **backend.statistics()}
        for alias, backend in backends.items()
        if isinstance(backend, RustCache)
    ]
