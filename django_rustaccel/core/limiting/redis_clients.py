"""Clients of redis-py for a URL: of one server, or of a cluster (``redis+cluster://a:1,b:2``)."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import urlsplit

#: Seconds to connect and to wait for an answer; `socket_timeout=…` in the URL changes them.
TIMEOUT = 0.25
SCHEMES = ("redis", "rediss", "unix", "redis+cluster", "rediss+cluster")
_CLUSTER = "+cluster"


class Place(NamedTuple):
    """What redis-py takes as a URL, and the nodes of a cluster that it does not name."""

    url: str
    nodes: list[tuple[str, int]]


def make_client(url: str, package: str = "redis") -> Any:
    """A client that tries once more if its connection was closed, and not after a timeout.

    Parameters: the URL; ``"redis.asyncio"`` for a client of an event loop. A client of a cluster
    that is not on an event loop connects at once. Raises ``ImportError`` without redis-py,
    ``ValueError`` for a URL that it refuses, and its own errors.
    """
    from redis.backoff import NoBackoff
    from redis.exceptions import ConnectionError as Closed

    retry = import_module(f"{package}.retry").Retry(NoBackoff(), 1, supported_errors=(Closed,))
    options = {"retry": retry, "socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
    if not is_cluster(url):
        return import_module(package).Redis.from_url(url, **options)
    cluster = import_module(f"{package}.cluster")
    place = split(url)
    nodes = [cluster.ClusterNode(host, port) for host, port in place.nodes]
    return cluster.RedisCluster.from_url(place.url, startup_nodes=nodes, **options)


def is_cluster(url: str) -> bool:
    """Whether the URL is that of a cluster."""
    return urlsplit(url).scheme.endswith(_CLUSTER)


def split(url: str) -> Place:
    """The parts of a cluster's URL, which may name several nodes. Raises ``ValueError``."""
    from redis import connection

    refuse_odd: Any = connection.parse_url
    parts = urlsplit(url)
    login, at, hosts = parts.netloc.rpartition("@")
    first, *others = hosts.split(",")
    plain = parts._replace(
        scheme=parts.scheme.removesuffix(_CLUSTER), netloc=f"{login}{at}{first}"
    ).geturl()
    nodes = [urlsplit(f"//{other}") for other in others]
    refuse_odd(plain)
    return Place(plain, [(node.hostname or "localhost", node.port or 6379) for node in nodes])


def errors() -> tuple[type[Exception], ...]:
    """What clients raise when a storage does not answer."""
    from redis.exceptions import RedisClusterException, RedisError

    return RedisError, RedisClusterException, OSError
