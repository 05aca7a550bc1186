"""Tables of Markdown, as rows of cells."""

from itertools import groupby
from pathlib import Path


def rows(page: Path, head: str) -> list[list[str]]:
    """The rows of all tables of a page whose first heading is `head`."""
    lines = page.read_text("utf-8").splitlines()
    blocks = [list(block) for is_table, block in groupby(lines, _is_row) if is_table]
    tables = [[_cells(line) for line in block] for block in blocks]
    return [row for table in tables if table[0][0] == head for row in table[2:]]


def _is_row(line: str) -> bool:
    return line.startswith("|")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]
