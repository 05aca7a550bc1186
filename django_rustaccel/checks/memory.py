"""System checks of capacities against the memory that there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings as django_settings
from django.contrib.auth import hashers as stock
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.processes import configured_workers
from django_rustaccel.checks.project import backend_of, imported
from django_rustaccel.conf import NAME, hashing_limits, settings
from django_rustaccel.core.processor import memory

#: Bytes that a rate limit keeps of a key.
_KEY_BYTES = 26


@register(TAG, deploy=True)
def check_capacities(**kwargs: Any) -> list[CheckMessage]:
    """No capacity alone is more than all memory, that of each worker counted."""
    have, workers = memory(), max(configured_workers(), 1)
    if have is None:
        return []
    return [
        warning(14, _message(what, size, each, have), "Lower it, or use fewer worker processes.")
        for what, size, each in _capacities(workers)
        if size * each > have
    ]


def _message(what: str, size: int, workers: int, have: int) -> str:
    times = f" in each of {workers} workers" if workers > 1 else ""
    return f"{what} may take {_mebibytes(size)}{times}, and there are {_mebibytes(have)}."


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"


def _capacities(workers: int) -> Iterator[tuple[str, int, int]]:
    """What has a capacity that somebody chose, its bytes, and how many times it is there."""
    from django_rustaccel.cache.backend import RustCache

    for alias, options in django_settings.CACHES.items():
        size = options.get("OPTIONS", {}).get("MAX_BYTES")
        if isinstance(size, int) and issubclass(backend_of(alias), RustCache):
            yield f"CACHES[{alias!r}]['OPTIONS']['MAX_BYTES']", size, workers
    url = urlsplit(settings.rate_limit.get("STORAGE", "local://"))
    keys = parse_qs(url.query).get("capacity", ["0"])[0]
    if keys.isdecimal():
        where = f"capacity in {NAME}['RATE_LIMIT']['STORAGE']"
        yield where, _KEY_BYTES * int(keys), workers if url.scheme == "local" else 1
    if (one := _bytes_of_hash()) and "MAX_CONCURRENCY" in settings.hashing:
        where = f"{NAME}['HASHING']['MAX_CONCURRENCY'] × memory of one hash"
        yield where, hashing_limits()[0] * one, workers


def _bytes_of_hash() -> int:
    """What a hash takes that the first of ``PASSWORD_HASHERS`` makes, if it is one of ours."""
    path = next(iter(django_settings.PASSWORD_HASHERS), "")
    cls = imported(path) if path.startswith("django_rustaccel.hashers.") else None
    if isinstance(cls, type) and issubclass(cls, stock.Argon2PasswordHasher):
        return 1024 * cls.memory_cost
    if isinstance(cls, type) and issubclass(cls, stock.ScryptPasswordHasher):
        return 128 * cls.work_factor * cls.block_size
    return 0
