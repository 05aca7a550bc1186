"""Two engines for every test that asks for them, and the database the run was started for."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

import databases
from engines import ENGINES, running

# For the interpreters that tests start: the checkout must not shadow the installed package.
os.environ["PYTHONSAFEPATH"] = "1"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of the engine the test runs on: one test sentence, two engines."""
    with running(request.param):
        yield request.param


def pytest_report_header() -> str:
    return f"database: {databases.selected()}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _skip_other_vendors(items)
    reason = databases.missing(databases.selected())
    if reason is None:
        return
    if os.environ.get("CI", "").lower() == "true":
        pytest.exit(f"CI needs every database. {reason}", returncode=1)
    for item in items:
        item.add_marker(pytest.mark.skip(reason=reason))


def _skip_other_vendors(items: list[pytest.Item]) -> None:
    for item in items:
        marker: Any = item.get_closest_marker("databases_of")
        if marker and databases.selected() not in marker.args:
            item.add_marker(pytest.mark.skip(reason=f"for {', '.join(marker.args)} only"))
