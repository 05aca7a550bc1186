"""Run the benchmarks on each database and write their table into docs/benchmarks.md.

    python tests/bench/run.py [--databases sqlite postgres] [-- pytest options]

Install the package as a release build first (a wheel, or ``pip install .``). Exit code 1 means
that unequal bytes or an error stopped a race; a missed goal is marked in the table and is not an
error, because a ratio depends on the machine.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parent.parent
DOCUMENT = TESTS.parent / "docs" / "benchmarks.md"
BENCH = TESTS / "bench"
#: What is raced once on every database, and what needs none.
ON_DATABASES = [BENCH / "test_read.py", BENCH / "test_write_lookups.py"]
WITHOUT = sorted(set(BENCH.glob("test_*.py")) - set(ON_DATABASES))
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
PACKAGES = (
    "django",
    "djangorestframework",
    "django-rustaccel",
    "orjson",
    "drf-oxide",
    "psycopg",
    "argon2-cffi",
    "bcrypt",
    "pydantic",
)
REFERENCES = ("orjson", "drf-oxide", "fetchall", "pydantic", "one by one")


def main() -> int:
    arguments = parse_arguments()
    races: list[dict[str, Any]] = []
    turns = [(database, ON_DATABASES) for database in arguments.databases]
    for database, files in [*turns, (arguments.databases[0], WITHOUT)]:
        print(f"==> Racing {', '.join(file.name for file in files)} on {database}", flush=True)
        measured = run_pytest(database, files, arguments.pytest)
        if measured is None:
            return 1
        races += measured
    if not races:
        print("No race ran; nothing is written.", file=sys.stderr)
        return 1
    write(arguments.output, f"{machine()}\n\n{table(races)}")
    print(f"\n{table(races)}\n\nWritten to {arguments.output}")
    return 0


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    choices = ["sqlite", "postgres", "mysql"]
    parser.add_argument("--databases", nargs="+", choices=choices, default=choices[:2])
    parser.add_argument("--output", type=Path, default=DOCUMENT)
    parser.add_argument("pytest", nargs="*", help="further options for pytest, after --")
    return parser.parse_args()


def run_pytest(database: str, files: list[Path], options: list[str]) -> list[dict[str, Any]] | None:
    """The ``extra_info`` of every race on `database`; None when a race failed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", *map(str, files), "-q", "-s"]
        command += [f"--benchmark-json={report}", "--benchmark-columns=median,iqr,rounds", *options]
        environment = os.environ | {"RUSTACCEL_TEST_DB": database, "PYTHONSAFEPATH": "1"}
        if subprocess.run(command, env=environment, cwd=TESTS.parent, check=False).returncode:
            return None
        text = report.read_text() if report.exists() else ""
    races = json.loads(text)["benchmarks"] if text else []
    return [race["extra_info"] for race in races]


def machine() -> str:
    """What was measured on: processor, cores and versions, and no names of hosts."""
    versions = [f"{name} {version}" for name in PACKAGES if (version := installed(name))]
    return (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"{platform.python_implementation()} {platform.python_version()}, {', '.join(versions)}."
    )


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def table(races: list[dict[str, Any]]) -> str:
    heading = ["work", "database", "stock", "ours", "ratio", "goal", *REFERENCES]
    lines = [heading, ["---"] * 2 + ["---:"] * (len(heading) - 2)]
    lines += [line(race) for race in races]
    notes = [f"{race['title']}: {race['note']}" for race in races if race["note"]]
    rows = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([*rows, *(f"\n{note}" for note in notes)])


def line(race: dict[str, Any]) -> list[str]:
    medians = race["medians"]
    ratio = f"{race['ratio']:.1f}x"
    return [
        race["title"],
        race["database"],
        milliseconds(medians["stock"]),
        milliseconds(medians["ours"]),
        ratio if race["ratio"] >= race["goal"] else f"**{ratio}**",
        f"{race['goal']:g}x",
        *(milliseconds(medians.get(name)) for name in REFERENCES),
    ]


def milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{1000 * seconds:.2f}" if seconds >= 0.0001 else f"{1000 * seconds:.4f}"


def write(document: Path, measured: str) -> None:
    """Put `measured` between the markers of `document`, leaving what people wrote around them."""
    text = document.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}\n{measured}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
