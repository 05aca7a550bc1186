"""Every test here that asks for `serve` runs through each adapter."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from middleware.adapters import ADAPTERS, Got


@pytest.fixture(params=ADAPTERS)
def serve(request: pytest.FixtureRequest) -> Callable[..., Got]:
    """`serve(name, options, sent, given)` through one adapter."""
    return partial(_serve, ADAPTERS[request.param])


def _serve(adapter: Any, *arguments: Any) -> Got:
    got: Got = adapter(*arguments)
    return got
