"""Two engines for every test that asks for them, and the database the run was started for."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from hypothesis import HealthCheck, settings

import databases
from engines import ENGINES, running

# Machines that run tests are shared: how long an example takes says nothing.
settings.register_profile(
    "shared", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared")

# For the interpreters that tests start: the checkout must not shadow the installed package.
os.environ["PYTHONSAFEPATH"] = "1"


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of the engine the test runs on: one test sentence, two engines."""
    with running(request.param):
        yield request.param


def pytest_report_header() -> str:
    return f"database: {databases.selected()}"


def pytest_configure() -> None:
    reason = databases.missing(databases.selected())
    if reason and os.environ.get("CI", "").lower() == "true":
        raise pytest.UsageError(f"CI needs every database. {reason}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _skip_other_vendors(items)
    _expect_known_differences(items)
    reason = databases.missing(databases.selected())
    if reason is None:
        return
    for item in items:
        item.add_marker(pytest.mark.skip(reason=reason))


def _skip_other_vendors(items: list[pytest.Item]) -> None:
    for item in items:
        marker: Any = item.get_closest_marker("databases_of")
        if marker and databases.selected() not in marker.args:
            item.add_marker(pytest.mark.skip(reason=f"for {', '.join(marker.args)} only"))


def _expect_known_differences(items: list[pytest.Item]) -> None:
    """Mark what `known_differences.txt` lists: expected to fail, and an error once it passes."""
    known = _known_differences()
    for item in items:
        for vendors, reason, strict in known.get(item.nodeid, ()):
            if databases.selected() in vendors:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=strict))


def _known_differences() -> dict[str, list[tuple[list[str], str, bool]]]:
    known: dict[str, list[tuple[list[str], str, bool]]] = {}
    for line in (Path(__file__).parent / "known_differences.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            vendors, nodeid, reason = (part.strip() for part in line.split(" | "))
            strict = "order of rows" not in reason
            known.setdefault(nodeid, []).append((vendors.split(","), reason, strict))
    return known


@pytest.fixture
def new_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another thread for the synchronous work of async code; the usual one has connections."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        monkeypatch.setattr(SyncToAsync, "single_thread_executor", executor)
        yield
