"""System checks of ``CACHES``: what ``manage.py check`` says about caches of this package.

=====  ==========================================================================
E005   an option is unknown, or has a value that it does not take
E006   ``L2`` names no cache that can stand behind this one
W003   the bounds ``MAX_ENTRIES`` and ``MAX_BYTES`` do not fit together
=====  ==========================================================================
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from django.core.checks import CheckMessage, register
from django.utils.module_loading import import_string

from django_rustaccel.cache.backend import RustCache
from django_rustaccel.cache.levels import TwoLevelCache
from django_rustaccel.cache.options import MAX_BYTES, OVERHEAD, problems

TAG = "rustaccel"


@register(TAG)
def check_caches(**kwargs: Any) -> list[CheckMessage]:
    """Every option is known and makes sense, and so does what stands behind a local level."""
    return [message for alias in _own_aliases() for message in _messages(alias)]


def _own_aliases() -> list[str]:
    """The aliases in ``CACHES`` whose backend is of this package."""
    return [alias for alias in settings.CACHES if issubclass(_backend(alias), RustCache)]


def _backend(alias: str) -> type:
    try:
        backend = import_string(settings.CACHES[alias]["BACKEND"])
    except (ImportError, KeyError):  # Django says so
        return object
    return backend if inspect.isclass(backend) else object


def _messages(alias: str) -> Iterator[CheckMessage]:
    options = settings.CACHES[alias].get("OPTIONS", {})
    where = f"CACHES[{alias!r}]['OPTIONS']"
    found = list(problems(options))
    for name, problem in found:
        yield checks.Error(f"{where}[{name!r}] {problem}.", id=f"{TAG}.E005")
    if found:
        return
    if "L2" in options and (problem := _problem_behind(alias, options)):
        yield checks.Error(f"{where}['L2'] {problem}.", id=f"{TAG}.E006")
    yield from _bounds(where, options)


def _problem_behind(alias: str, options: Mapping[str, Any]) -> str:
    behind = options["L2"]
    if behind not in settings.CACHES:
        return f"is {behind!r}, which is not in CACHES"
    if behind == alias:
        return "is this cache itself"
    if "L2" in settings.CACHES[behind].get("OPTIONS", {}):
        return f"is {behind!r}, which has an L2 of its own"
    backend = _backend(alias)
    if backend is not RustCache and not issubclass(backend, TwoLevelCache):
        return f"needs {backend.__name__} to derive from TwoLevelCache"
    return _problem_with(behind, options.get("INVALIDATION", "auto"))


def _problem_with(behind: str, source: str | None) -> str:
    backend = _backend(behind)
    if issubclass(backend, (LocMemCache, RustCache)):
        return f"is {behind!r}, which is in the memory of this process too"
    hears = source is not None and (source != "auto" or issubclass(backend, RedisCache))
    if hears and not find_spec("redis"):
        return "needs redis-py: install django-rustaccel[redis]"
    return ""


def _bounds(where: str, options: Mapping[str, Any]) -> Iterator[CheckMessage]:
    """One bound keeps both numbers: whoever sets one should know of the other."""
    most, size = options.get("MAX_ENTRIES"), options.get("MAX_BYTES", MAX_BYTES)
    if most is None and "MAX_BYTES" in options:
        message = f"{where} has MAX_BYTES and no MAX_ENTRIES: 300 entries at most, as in Django."
        hint = f"{size // 1024:,} entries of 1 KiB each would fit."
        yield checks.Warning(message, hint=hint, id=f"{TAG}.W003")
    elif most is not None and size // most < OVERHEAD:
        fit = max(1, size // OVERHEAD)
        message = f"{where}: {most:,} entries never fit in {size:,} bytes, {fit:,} empty ones do."
        hint = f"Raise MAX_BYTES, or lower MAX_ENTRIES: each entry takes {OVERHEAD} bytes and more."
        yield checks.Warning(message, hint=hint, id=f"{TAG}.W003")
