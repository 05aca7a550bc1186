"""A test runner for Django's own tests that records every outcome, and what ran natively."""

import json
import os
import unittest
from collections import Counter
from pathlib import Path
from typing import Any

from django.test.runner import DiscoverRunner

# What counts when a test and its subtests end differently.
WORST_FIRST = ("failed", "skipped", "passed")


class RecordingResult(unittest.TextTestResult):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.outcomes: dict[str, str] = {}
        self.messages: dict[str, str] = {}

    def note(self, test: Any, outcome: str, message: str = "") -> None:
        name = test.id()
        self.outcomes[name] = min(self.outcomes.get(name, outcome), outcome, key=WORST_FIRST.index)
        if message:
            self.messages[name] = message

    def addSuccess(self, test: Any) -> None:
        super().addSuccess(test)
        self.note(test, "passed")

    def addSkip(self, test: Any, reason: str) -> None:
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addFailure(self, test: Any, error: Any) -> None:
        super().addFailure(test, error)
        self.note(test, "failed", self._exc_info_to_string(error, test))

    def addError(self, test: Any, error: Any) -> None:
        super().addError(test, error)
        self.note(test, "failed", self._exc_info_to_string(error, test))

    def addSubTest(self, test: Any, subtest: Any, error: Any) -> None:
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.note(test, "failed", self._exc_info_to_string(error, test))


class RecordingRunner(DiscoverRunner):
    def get_resultclass(self) -> type[RecordingResult]:
        return RecordingResult

    def run_suite(self, suite: Any, **kwargs: Any) -> Any:
        calls = count_native_calls()
        count_saved_runs(calls)
        result = super().run_suite(suite, **kwargs)
        calls["get"] = hits_of_caches()
        calls["serialize"], calls["deserialize"] = uses_of_serializers()
        record = {"outcomes": result.outcomes, "messages": result.messages, "native": calls}
        Path(os.environ["RUSTACCEL_RECORD"]).write_text(json.dumps(record))
        return result


def count_native_calls() -> Counter[str]:
    """Count the calls of our native functions: a suite must not pass by never reaching them."""
    from django_rustaccel.core import compression, hashing, signing

    calls: Counter[str] = Counter()
    for module in (compression, hashing, signing):
        for name in module.__all__:
            setattr(module, name, counted(calls, name, getattr(module, name)))
    return calls


def hits_of_caches() -> int:
    from django_rustaccel.cache import backend

    return sum(store.counts()[0] for store in backend._stores.values())


def uses_of_serializers() -> tuple[int, int]:
    from django_rustaccel.core import statistics

    return statistics.read["rows"], statistics.write["native"]


def count_saved_runs(calls: Counter[str]) -> None:
    """Count the runs of objects that were saved together."""
    from django_rustaccel.serializers.saving import Run

    save = Run._save

    def counted_save(run: Any) -> bool:
        is_saved = save(run)
        calls["save_run"] += is_saved
        return is_saved

    Run._save = counted_save  # type: ignore[method-assign]


def counted(calls: Counter[str], name: str, function: Any) -> Any:
    def call(*args: Any) -> Any:
        calls[name] += 1
        return function(*args)

    return call
