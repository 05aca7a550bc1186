"""Look into built distributions: what has to be in them, and what may not.

    python tests/packaging/contents.py dist/*

Exit code 1 with a line for every complaint. Reads wheels and source distributions; installs
nothing, so that it looks at wheels of other systems too.
"""

import re
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PACKAGE = CHECKOUT / "django_rustaccel"
NEVER = re.compile(r"(^|/)(tests|example_project|docs|__pycache__|\.git\w*)/|\.sqlite3$")
# Where the builder's home and checkout lie is nobody's business, and makes builds differ.
MACHINE_PATHS = re.compile(rb"(?:/home/|/root/|/Users/|[A-Z]:\\Users\\)[\w./\\-]{1,80}")
SOURCES = ("rust/Cargo.toml", "rust/Cargo.lock", "rust/src/lib.rs", "pyproject.toml", "LICENSE")


def main(paths: list[str]) -> int:
    complaints = [line for path in map(Path, paths) for line in complaints_of(path)]
    for line in complaints:
        print(line)
    print(f"{len(paths)} distributions looked at, {len(complaints)} complaints")
    return 1 if complaints or not paths else 0


def complaints_of(path: Path) -> list[str]:
    print(f"{path.name}: {path.stat().st_size / 1024:,.0f} KiB")
    found = of_wheel(path) if path.suffix == ".whl" else of_sdist(path)
    return [f"{path.name}: {line}" for line in found]


def of_wheel(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        extensions = [name for name in names if name.endswith((".so", ".pyd"))]
        found = missing(names, shipped())
        found += [f"{name} has no place in a wheel" for name in names if NEVER.search(name)]
        found += extension_complaints(extensions)
        found += [line for name in extensions for line in paths_in(wheel.read(name))]
    return found


def shipped() -> list[str]:
    """Every file of the package that the checkout has: code, stubs, marker, templates."""
    files = (path for path in PACKAGE.rglob("*") if path.is_file())
    return [
        path.relative_to(CHECKOUT).as_posix()
        for path in files
        if path.suffix not in (".so", ".pyd", ".pyc")
    ]


def missing(names: Iterable[str], wanted: Iterable[str]) -> list[str]:
    return [f"{name} is missing" for name in sorted(set(wanted) - set(names))]


def extension_complaints(extensions: list[str]) -> list[str]:
    """One extension: that of another interpreter, left in the source tree, is one too many."""
    return [] if len(extensions) == 1 else [f"has {len(extensions)} extensions: {extensions}"]


def paths_in(binary: bytes) -> list[str]:
    found = sorted({match.decode() for match in MACHINE_PATHS.findall(binary)})
    return [f"{len(found)} paths of the building machine, as {found[0]}"] if found else []


def of_sdist(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    found = missing(names, [*shipped(), *SOURCES])
    return found + [f"{name} is compiled" for name in names if name.endswith((".so", ".pyd"))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
