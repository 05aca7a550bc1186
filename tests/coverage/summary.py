"""A Markdown table of the lines that ran, by folder, from a tracefile in the format of lcov.

python tests/coverage/summary.py build/coverage/all.lcov
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ROOMS = {".py": "django_rustaccel", ".rs": "rust/src"}

Counts = dict[str, list[int]]


def main(tracefile: str) -> None:
    counts: Counts = defaultdict(lambda: [0, 0])
    for file, ran in lines_of(Path(tracefile)):
        for room in rooms_of(file):
            counts[room][0] += ran
            counts[room][1] += 1
    print(table(counts))


def lines_of(tracefile: Path) -> Iterator[tuple[Path, bool]]:
    """Every line that can run, by its file, and whether it did (records ``SF`` and ``DA``)."""
    file = Path()
    for record in tracefile.read_text("utf-8").splitlines():
        kind, _, value = record.partition(":")
        if kind == "SF":
            file = (CHECKOUT / value).relative_to(CHECKOUT)
        elif kind == "DA":
            yield file, value.split(",")[1] != "0"


def rooms_of(file: Path) -> tuple[str, str, str]:
    """What a line counts for: everything, its language, and the folder below that."""
    language = ROOMS[file.suffix]
    below = file.relative_to(language).parts
    return "all", language, f"{language}/{below[0] if len(below) > 1 else '*' + file.suffix}"


def table(counts: Counts) -> str:
    rows = ["| lines of | ran | of | % |", "|---|---:|---:|---:|"]
    for room, (ran, of) in sorted(counts.items()):
        rows.append(f"| {room} | {ran:,} | {of:,} | {100 * ran / of:.1f} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main(sys.argv[1])
