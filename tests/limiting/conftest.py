"""A storage for every test that asks for one."""

from collections.abc import Iterator

import pytest

from limiting import storages
from redis_server import port, server  # noqa: F401 - fixtures


@pytest.fixture
def prefix() -> str:
    """Keys of this test alone, in storages that outlive it."""
    return storages.unique()


@pytest.fixture
def storage(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a storage of the kind that the test asks for."""
    if request.param == "local":
        yield "local://"
    elif request.param == "shared":
        with storages.shared() as url:
            yield url
    else:
        storages.need_redis()
        yield storages.REDIS
