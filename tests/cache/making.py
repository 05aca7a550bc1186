"""Caches whose entries no other test sees."""

from itertools import count

from django.core.cache.backends.locmem import LocMemCache

from django_rustaccel.cache import RustCache

numbers = count()


def fresh(backend, **params):
    return backend(f"tests {next(numbers)}", params)


def both(params):
    """Ours and Django's, with the same settings."""
    return fresh(RustCache, **params), fresh(LocMemCache, **params)
