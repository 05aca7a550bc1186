"""Run the installed Django REST framework's own test suite, stock and accelerated, and compare.

    python tests/conformance/run.py [-- pytest options]

The suite comes from the source distribution of exactly the installed version, which pip downloads
once into ``.cache/conformance``. Exit code 1 when a test that passes stock does not pass
accelerated, or when the counters show that the fast path was not taken.
"""

import argparse
import importlib.metadata
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent.parent / ".cache" / "conformance"
DISTRIBUTION = "djangorestframework"
# Only these leave the source distribution: its `rest_framework` must not shadow the installed one.
WANTED = ("tests/", "setup.cfg", "pyproject.toml")
ENGAGED = (
    ("read", "rows"),
    ("read", "instances"),
    ("write", "native"),
    ("render", "native"),
    ("parse", "native"),
)

Record = dict[str, Any]


def main() -> int:
    arguments = parse_arguments()
    version = importlib.metadata.version(DISTRIBUTION)
    suite = fetch_suite(version)
    print(f"==> {DISTRIBUTION} {version}: {suite / 'tests'}", flush=True)
    with ThreadPoolExecutor() as executor:
        stock, ours = executor.map(
            lambda engine: run_suite(suite, engine, arguments.pytest), ("stock", "rustaccel")
        )
    print(f"\n{table(stock, ours)}\n")
    complaints = broken_tests(stock, ours) + unengaged(ours, partial=bool(arguments.pytest))
    for complaint in complaints:
        print(complaint)
    verdict = "FAILED" if complaints else "passed"
    print(f"conformance with {DISTRIBUTION} {version}: {verdict}")
    return 1 if complaints else 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pytest", nargs="*", help="options and test files for pytest, after --")
    return parser.parse_args()


def fetch_suite(version: str, distribution: str = DISTRIBUTION) -> Path:
    """The unpacked suite of `version`, downloaded when it is not in the cache.

    Raises ``subprocess.CalledProcessError`` when pip finds no source distribution.
    """
    target = CACHE / f"{distribution}-{version}"
    if target.is_dir():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        download = ["download", "--no-deps", "--no-binary", distribution, "--dest", folder]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, *download, f"{distribution}=={version}"], check=True)
        unpack(next(Path(folder).glob("*.tar.gz")), Path(folder))
        (Path(folder) / target.name).rename(target)
    return target


def unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as content:
        wanted = [m for m in content if m.name.partition("/")[2].startswith(WANTED)]
        content.extractall(folder, wanted, filter="data")


def run_suite(suite: Path, engine: str, options: list[str]) -> Record:
    """Run the suite on `engine` in a process of its own and read back what it recorded."""
    print(f"==> Running it on {engine}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "record.json"
        command = [sys.executable, "-m", "pytest", "-p", "recorder", "-p", "no:cacheprovider"]
        command += ["-q", "--no-header", "--tb=no", "--no-summary", "-W", "ignore"]
        command += [f"--engine={engine}", f"--record={target}", *options]
        environment = os.environ | {"PYTHONPATH": str(HERE), "PYTHONSAFEPATH": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        output = subprocess.run(
            command, cwd=suite, env=environment, check=False, capture_output=True, text=True
        )
        print(output.stdout, output.stderr, flush=True)
        if not target.exists():
            raise SystemExit(f"The suite did not start on {engine}.")
        return json.loads(target.read_text())


def broken_tests(stock: Record, ours: Record) -> list[str]:
    """One line for every test that passes stock and not accelerated, with its last words."""
    lines = []
    for test, outcome in stock["outcomes"].items():
        now = ours["outcomes"].get(test, "missing")
        if outcome == "passed" and now != "passed":
            lines.append(f"{now}: {test}\n    {last_words(ours, test)}")
    if not Counter(stock["outcomes"].values())["passed"]:
        lines.append("no test of the suite passed stock: there is nothing to compare")
    return lines


def last_words(record: Record, test: str) -> str:
    errors = [x for x in record["messages"].get(test, "").splitlines() if x.startswith("E ")]
    return "\n    ".join(error[1:].strip() for error in errors[:6])


def unengaged(ours: Record, *, partial: bool) -> list[str]:
    """The counters that show a fast path never taken; a run of only some tests is let off."""
    if partial:
        return []
    stats = ours["stats"]
    return [
        f"never engaged: stats()[{area!r}][{path!r}] is 0"
        for area, path in ENGAGED
        if not stats[area][path]
    ]


def table(stock: Record, ours: Record) -> str:
    lines = [f"{'outcome':<12}{'stock':>8}{'rustaccel':>11}"]
    counts = [Counter(record["outcomes"].values()) for record in (stock, ours)]
    lines += [
        f"{outcome:<12}{counts[0][outcome]:>8}{counts[1][outcome]:>11}"
        for outcome in ("passed", "skipped", "failed", "error")
    ]
    lines += ["", f"{'counter':<12}{'native':>20}{'stock':>8}"]
    for area in ("read", "write", "render", "parse"):
        counted = dict(ours["stats"][area])
        left = counted.pop("stock")
        native = ", ".join(f"{path} {count}" for path, count in counted.items())
        lines.append(f"{area:<12}{native:>20}{left:>8}")
    fallbacks = Counter(ours["stats"]["fallbacks"]).most_common(15)
    lines += ["", "most frequent reasons for the stock path:"]
    lines += [f"{count:>6}  {reason}" for reason, count in fallbacks]
    lines += ["", "fewer queries than the suite counts:"]
    lines += [f"  {test}: {counted}" for test, counted in ours["fewer_queries"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
