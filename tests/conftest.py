"""Two engines for every test that asks for them, and the database the run was started for."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.test import SimpleTestCase
from hypothesis import HealthCheck, settings

import databases
from engines import ENGINES, running

# Machines that run tests are shared: how long an example takes says nothing.
settings.register_profile(
    "shared", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shared")

# What pytest-django gives to tests that read a database.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "admin_user", "admin_client"}
# Where a test that asks no database may yet depend on it: by its SQL, its plans, its ranges.
ROOMS_OF_MODELS = {"fuzz", "querysets", "read", "serializers", "validation"}
DESELECTED = pytest.StashKey[int]()

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
    # Shells make what runs in the background deaf to SIGINT, and so is what tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    reason = databases.missing(databases.selected())
    if reason and os.environ.get("CI", "").lower() == "true":
        raise pytest.UsageError(f"CI needs every database. {reason}")


@pytest.hookimpl(tryfirst=True)  # before `-m` looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    _mark_what_may_depend_on_the_database(items)
    _skip_other_vendors(items)
    _expect_known_differences(items)
    reason = databases.missing(databases.selected())
    if reason is None:
        return
    for item in items:
        item.add_marker(pytest.mark.skip(reason=reason))


def _mark_what_may_depend_on_the_database(items: list[pytest.Item]) -> None:
    for item in items:
        if _may_depend_on_the_database(item):
            item.add_marker("database")


def _may_depend_on_the_database(item: pytest.Item) -> bool:
    is_marked = any(map(item.get_closest_marker, ("django_db", "databases_of")))
    has_fixture = not DATABASE_FIXTURES.isdisjoint(getattr(item, "fixturenames", ()))
    is_of_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return is_marked or has_fixture or is_of_django or item.path.parent.name in ROOMS_OF_MODELS


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


def pytest_deselected(items: list[pytest.Item]) -> None:
    config = items[0].config
    config.stash[DESELECTED] = config.stash.get(DESELECTED, 0) + len(items)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    # What was asked for may have nothing in it that depends on a database.
    is_empty = exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED
    if is_empty and session.config.option.markexpr == "database":
        session.exitstatus = pytest.ExitCode.OK
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["deselected"] = session.config.stash.get(DESELECTED, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker has deselected the same tests; pytest-xdist does not tell."""
    if output := getattr(node, "workeroutput", None):
        node.config.stash[DESELECTED] = output["deselected"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if count := terminalreporter.config.stash.get(DESELECTED, 0):
        terminalreporter.write_line(f"{count} tests were deselected")
