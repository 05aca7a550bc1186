"""The storages that limits are tested on: URLs and keys of their own, removed afterwards."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from django_rustaccel.core.limiting.memory import shared_path

REDIS = os.environ.get("RUSTACCEL_TEST_REDIS", "redis://127.0.0.1:6379")
#: Where exactly N must pass: a machine so busy that Redis answers late would let more through.
PATIENCE = "socket_timeout=10&socket_connect_timeout=10"
#: And another test that clears its cache would forget who called.
PATIENT_REDIS = f"{REDIS}?db=9&{PATIENCE}"
KINDS = ["local", "shared", "redis"]
every_storage = pytest.mark.parametrize("storage", KINDS, indirect=True)
storages_of_a_host = pytest.mark.parametrize("storage", KINDS[1:], indirect=True)


def unique() -> str:
    return f"test-{uuid.uuid4().hex}"


@contextmanager
def shared(capacity: int = 1000) -> Iterator[str]:
    """The URL of a shared table of its own."""
    name = unique()
    try:
        yield f"shared://{name}?capacity={capacity}"
    finally:
        shared_path(name, capacity).unlink(missing_ok=True)


def need_redis() -> None:
    """Skip without a server; fail in CI."""
    parts = urlsplit(REDIS)
    try:
        socket.create_connection((parts.hostname, parts.port or 6379), timeout=5).close()
    except OSError as error:
        if os.environ.get("CI", "").lower() == "true":
            raise
        pytest.skip(f"no Redis at {REDIS} ({error})")
