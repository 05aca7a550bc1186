"""Run the installed Django's own tests of what we have classes for, with its classes and with ours.

    python tests/conformance/run_django.py

The cache's run once more with Django's class behind a local level (engine ``levels``).

The tests come from the source distribution of exactly the installed version (see ``run.py``). Exit
code 1 when a test that passes stock does not pass with our classes in place of Django's, or when
a native function was never called.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import django
from run import broken_tests, fetch_suite, publish

HERE = Path(__file__).resolve().parent
# The password reset runs through views, forms, tokens and templates.
SUITES = (
    "auth_tests.test_hashers",
    "auth_tests.test_tokens",
    "auth_tests.test_forms",
    "auth_tests.test_views",
    "auth_tests.test_auth_backends",
    "auth_tests.test_basic",
    "signing",
    "signed_cookies_tests",
    "sessions_tests",
    "middleware",
    "decorators",
    "conditional_processing",
    "cache",
    "serializers",
    "fixtures",
    "fixtures_model_package",
    "fixtures_regress",
)
NATIVE = (
    "argon2",
    "bcrypt",
    "compress",
    "pbkdf2",
    "scrypt",
    "signature",
    "unsign",
    "unsign_timestamped",
    "get",
    "serialize",
    "deserialize",
    "save_run",
)
# What only LocMemCache can pass: that it culls a third or all, that the least recently used go
# first, and how it keeps the ends of its entries and its lock.
INSIDE_LOCMEM = {
    f"cache.tests.{name}"
    for name in (
        "LocMemCacheTests.test_cull",
        "LocMemCacheTests.test_zero_cull",
        "LocMemCacheTests.test_lru_get",
        "LocMemCacheTests.test_lru_incr",
        "LocMemCacheTests.test_lru_set",
        "LocMemCacheTests.test_incr_decr_timeout",
        "LocMemCacheTests.test_locking_on_pickle",
        "DefaultNonExpiringCacheKeyTests.test_caches_set_with_timeout_as_none_set_non_expiring_key",
        "DefaultNonExpiringCacheKeyTests.test_caches_with_unset_timeout_set_expiring_key",
    )
}

# They count the queries of stock, which are one for each object and relation; ours are fewer.
COUNTING_QUERIES = {
    f"serializers.{module}SerializerTestCase.{name}"
    for module in ("test_json.Json", "test_jsonl.Jsonl")
    for name in ("test_serialize_only_pk", "test_serialize_prefetch_related_m2m")
}
EXPECTED_TO_FAIL = INSIDE_LOCMEM | COUNTING_QUERIES

# It compares durations, of XML, which nothing here replaces, while other suites run.
TAKING_TIMES = {"serializers.test_deserialization.TestDeserializer.test_crafted_xml_performance"}


# What differs by design with a local level in front: it outlives the end of what is behind, within
# STALENESS; and what is behind warns of keys, by its own names of them.
IN_FRONT = (
    "CacheMiddlewareTest.test_view_decorator",
    "CustomCacheKeyValidationTests.test_custom_key_validation",
    "LocMemCacheTests.test_invalid_key_characters",
    "LocMemCacheTests.test_invalid_key_length",
    "LocMemCacheTests.test_invalid_with_version_key_length",
)


def main() -> int:
    version = django.__version__
    suite = fetch_suite(version, "django")
    runs = {"stock": SUITES, "rustaccel": SUITES, "levels": ("cache",)}
    with ThreadPoolExecutor(os.cpu_count()) as executor:
        stock, ours, levels = executor.map(lambda run: run_suite(suite, *run), runs.items())
    passing = {name for name in EXPECTED_TO_FAIL if ours["outcomes"].get(name) == "passed"}
    for name in EXPECTED_TO_FAIL | TAKING_TIMES:
        stock["outcomes"].pop(name, None)
    complaints = broken_tests(stock, ours)
    complaints += [f"passes, so take it from EXPECTED_TO_FAIL: {name}" for name in passing]
    complaints += [f"never called: {name}" for name in NATIVE if not ours["native"].get(name)]
    complaints += broken_behind_levels(stock, levels)
    publish(f"django {version}", {"stock": stock, "rustaccel": ours, "levels": levels})
    print(f"native calls: {ours['native']}")
    for complaint in complaints:
        print(complaint)
    print(f"conformance with django {version}: {'FAILED' if complaints else 'passed'}")
    return 1 if complaints else 0


def broken_behind_levels(stock: dict[str, Any], levels: dict[str, Any]) -> list[str]:
    """The cache's tests that pass stock and not through a local level."""
    outcomes = stock["outcomes"].items()
    mine = {name: outcome for name, outcome in outcomes if name in levels["outcomes"]}
    complaints = broken_tests({**stock, "outcomes": mine}, levels)
    found = [each for each in complaints if not any(name in each for name in IN_FRONT)]
    return found if levels["native"].get("get") else [*found, "never called: get, of levels"]


def run_suite(suite: Path, engine: str, suites: tuple[str, ...]) -> dict[str, Any]:
    print(f"==> Running {len(suites)} suites on {engine}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "record.json"
        command = [sys.executable, "runtests.py", "--settings=django_settings", "--parallel=1"]
        environment = os.environ | {
            "PYTHONPATH": str(HERE),
            "RUSTACCEL_ENGINE": engine,
            "RUSTACCEL_RECORD": str(target),
        }
        # The suites are modules beside runtests.py, and beside no django.
        environment.pop("PYTHONSAFEPATH", None)
        output = Path(folder) / "output.txt"
        with output.open("w") as out:
            work = suite / "tests"
            subprocess.run(
                [*command, *suites], cwd=work, env=environment, stdout=out, stderr=out, check=False
            )
        if not target.exists():
            raise SystemExit(f"The tests did not run on {engine}:\n{output.read_text()[-3000:]}")
        record: dict[str, Any] = json.loads(target.read_text())
        return record


if __name__ == "__main__":
    sys.exit(main())
