"""A pytest plugin inside an upstream suite: turns acceleration on and records every outcome.

The suite configures Django itself, so the plugin adds to what it configures: the application and
the one setting a user would add, and nothing else.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test.testcases import _AssertNumQueriesContext

ENGINES = ("stock", "rustaccel")
# What counts when the phases of a test, or its subtests, end differently.
WORST_FIRST = ("failed", "error", "skipped", "passed")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rustaccel conformance")
    group.addoption("--engine", choices=ENGINES, required=True)
    group.addoption("--record", type=Path, required=True, help="the JSON file to write")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    recorder = Recorder(config.getoption("--record"))
    if config.getoption("--engine") == "rustaccel":
        accelerate_what_the_suite_configures()
        allow_fewer_queries(recorder)
    config.pluginmanager.register(recorder)


def accelerate_what_the_suite_configures() -> None:
    configure = settings.configure

    def configure_accelerated(*args: Any, **options: Any) -> None:
        options["INSTALLED_APPS"] = (*options["INSTALLED_APPS"], "django_rustaccel")
        options["RUSTACCEL"] = {"ACCELERATE_DRF": True}
        configure(*args, **options)

    settings.__dict__["configure"] = configure_accelerated


def allow_fewer_queries(recorder: "Recorder") -> None:
    """Let ``assertNumQueries`` pass with fewer queries than it names, and note it.

    The contract is "the same number of queries or fewer"; upstream counts the queries that stock
    makes one row at a time. Without this such a test would end at the count, and what it asserts
    of the data would not be looked at.
    """
    leave = _AssertNumQueriesContext.__exit__

    def leave_with_fewer(self: Any, kind: Any, *details: Any) -> None:
        if kind is None and len(self) < self.num:
            recorder.fewer_queries[recorder.running] = f"{len(self)} instead of {self.num}"
            self.num = len(self)
        leave(self, kind, *details)

    _AssertNumQueriesContext.__exit__ = leave_with_fewer


class Recorder:
    """Collects outcomes by test, and writes them when the session ends."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.outcomes: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.fewer_queries: dict[str, str] = {}
        self.running = ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running = nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome: str = report.outcome
        if outcome == "failed" and report.when != "call":
            outcome = "error"
        known = self.outcomes.get(report.nodeid, outcome)
        self.outcomes[report.nodeid] = min(known, outcome, key=WORST_FIRST.index)
        if report.failed:
            self.messages[report.nodeid] = report.longreprtext

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.outcomes[report.nodeid] = "error"
            self.messages[report.nodeid] = report.longreprtext

    def pytest_sessionfinish(self) -> None:
        record = {
            "outcomes": self.outcomes,
            "messages": self.messages,
            "fewer_queries": self.fewer_queries,
            "stats": counters(),
        }
        self.target.write_text(json.dumps(record))


def counters() -> dict[str, Any]:
    """The fast path's counters; empty where the package was not turned on."""
    if "django_rustaccel" not in settings.INSTALLED_APPS:
        return {}
    import django_rustaccel

    return django_rustaccel.stats()
