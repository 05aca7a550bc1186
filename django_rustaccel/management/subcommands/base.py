"""What every subcommand has: arguments, output in two forms, progress, and exit codes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from shutil import get_terminal_size
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError

from django_rustaccel.core.table import table

T = TypeVar("T")

#: Exit codes: a difference or another problem that was found, and a wrong call.
PROBLEM, USAGE = 1, 2

CLEAR_LINE = "\r\033[K"


class Subcommand:
    """One thing that ``manage.py rustaccel`` can do.

    Output is coloured by Django's own styles and nothing else: they know terminals, ``NO_COLOR``,
    ``--no-color`` and ``DJANGO_COLORS``, and are there without another package to install.
    """

    name = ""
    help = ""
    #: Whether the settings have to be right before it runs.
    needs_checks = True

    def __init__(self, command: BaseCommand) -> None:
        self.command = command

    @property
    def style(self) -> Any:
        """Django's styles, which ``--no-color`` and ``--force-color`` may have changed by now."""
        return self.command.style

    def add_json(self, parser: ArgumentParser) -> None:
        """Declare ``--json``."""
        parser.add_argument("--json", action="store_true", help="write data for scripts")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments of this subcommand; ``--json`` is there already."""

    def run(self, options: dict[str, Any]) -> None:
        """Do it. Raises ``CommandError`` with ``returncode`` ``PROBLEM`` or ``USAGE``."""
        raise NotImplementedError

    def write(self, text: str = "") -> None:
        """Write a line or several to standard output."""
        self.command.stdout.write(text)

    def write_json(self, data: Any) -> None:
        """Write data for scripts."""
        self.write(json.dumps(data, indent=2, ensure_ascii=False))

    def write_table(
        self, head: Sequence[str], rows: Sequence[Sequence[str]], *, is_overview: bool = False
    ) -> None:
        """Write a table; what stands under "tier" or "result" is coloured.

        An overview keeps to one line each on a terminal, details are written out.
        """

        def paint(cell: str, row: int, column: int) -> str:
            if row < 0:
                return str(self.style.MIGRATE_HEADING(cell))
            return self.coloured(cell) if head[column] in ("tier", "result") else cell

        width = get_terminal_size().columns if is_overview and self._on_terminal else None
        self.write(table(head, rows, paint, width))

    @property
    def _on_terminal(self) -> bool:
        return bool(self.command.stdout.isatty())

    def coloured(self, word: str) -> str:
        """A tier or a result in its colour."""
        good, fair, bad = self.style.SUCCESS, self.style.WARNING, self.style.ERROR
        colours = {"rows": good, "same": good, "stock": fair, "skipped": fair, "different": bad}
        return str(colours.get(word.strip(), str)(word))

    def warn(self, text: str) -> None:
        """Write a line to standard error."""
        self.command.stderr.write(text, self.style.WARNING)

    def progress(self, items: Sequence[T], label: str) -> Iterator[T]:
        """The items; meanwhile a line on a terminal says how far they are."""
        if not self.command.stderr.isatty():
            yield from items
            return
        try:
            for number, item in enumerate(items, start=1):
                self._overwrite(f"{label} {number} of {len(items)}")
                yield item
        finally:
            self._overwrite("")

    def _overwrite(self, text: str) -> None:
        self.command.stderr.write(f"{CLEAR_LINE}{text}", str, ending="")
        self.command.stderr.flush()


def problem(text: str) -> CommandError:
    """Something was found that should not be: exit code 1."""
    return CommandError(text, returncode=PROBLEM)


def usage(text: str) -> CommandError:
    """The command was called with something that does not exist or fit: exit code 2."""
    return CommandError(text, returncode=USAGE)


def plural(count: int, noun: str) -> str:
    """``"1 row"``, ``"1,000 rows"``."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def listed(items: Iterable[str]) -> str:
    """Lines under each other, indented."""
    return "\n".join(f"  {item}" for item in items)
