"""The Redis behind another cache: how to connect to it, and by what its keys begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache.backends.base import BaseCache, default_key_func
from django.core.cache.backends.redis import RedisCache

from django_rustaccel.core.levels import LocalLevel
from django_rustaccel.core.tracking import Tracking, connection_maker

#: Seconds of silence, at most, after which the server has to answer.
LONGEST_SILENCE = 10.0


def follow(level: LocalLevel, l2: BaseCache, source: str | None, staleness: float) -> None:
    """Let the level hear of what changes in the Redis behind `l2`, if there is one.

    `source` is the option ``INVALIDATION``; a connection that was cut without a word is noticed
    about when the entries end, after `staleness` seconds. Nothing is connected before there is
    something to forget.
    """
    connect = connecting(l2, source)
    if connect is not None and level.tracking is None:
        silence = min(staleness, LONGEST_SILENCE)
        level.tracking = Tracking(level, connect, beginning(l2), silence)


def connecting(l2: BaseCache, source: str | None) -> Callable[[], Any] | None:
    """How to connect to whom tells of changes; nothing where nobody does.

    `source` is the option ``INVALIDATION``: ``"auto"`` for the server of Django's own Redis
    backend, a URL for the one of another. Raises ``ImportError`` without redis-py.
    """
    if source == "auto":
        return _of_django(l2) if isinstance(l2, RedisCache) else None
    if source is None:
        return None
    from redis import ConnectionPool

    return connection_maker(ConnectionPool, source, {})


def _of_django(l2: Any) -> Callable[[], Any]:
    client = l2._cache
    # Replicas are read from; the first server hears of every write.
    return connection_maker(client._pool_class, client._servers[0], client._pool_options)


def beginning(l2: BaseCache) -> str:
    """What all its keys in Redis begin with; nothing if only its key function knows."""
    is_djangos = l2.key_func is default_key_func and type(l2).make_key is BaseCache.make_key
    return f"{l2.key_prefix}:" if is_djangos else ""
