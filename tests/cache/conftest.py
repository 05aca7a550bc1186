"""Fixtures that other rooms have too."""

from redis_server import port, server  # noqa: F401
