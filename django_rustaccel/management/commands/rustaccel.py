"""``manage.py rustaccel``: one command, a subcommand for each question."""

from __future__ import annotations

from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from django_rustaccel.checks import TAG
from django_rustaccel.management.subcommands import SUBCOMMANDS

#: Django's own options, which it declares for the command and not for subcommands.
DJANGO_OPTIONS = ("--settings", "--pythonpath")
DJANGO_FLAGS = ("--traceback", "--no-color", "--force-color")


class Command(BaseCommand):
    """Exit codes: 0 fine, 1 a difference or another problem, 2 a wrong call."""

    help = "Explain, time and verify what django-rustaccel does in this project."
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the subcommands."""
        parsers = parser.add_subparsers(dest="subcommand", required=True, metavar="subcommand")
        self.subcommands = {subcommand.name: subcommand(self) for subcommand in SUBCOMMANDS}
        for name, subcommand in self.subcommands.items():
            inner = parsers.add_parser(name, help=subcommand.help, description=subcommand.help)
            subcommand.add_json(inner)
            subcommand.add_arguments(inner)
            for option in DJANGO_OPTIONS:
                inner.add_argument(option, default=SUPPRESS, help=SUPPRESS)
            for flag in DJANGO_FLAGS:
                inner.add_argument(flag, action="store_true", default=SUPPRESS, help=SUPPRESS)
            inner.add_argument("-v", "--verbosity", type=int, default=SUPPRESS, help=SUPPRESS)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Without Django's system checks for the subcommand that reports them itself."""
        if not self.subcommands[options["subcommand"]].needs_checks:
            options["skip_checks"] = True
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one of them."""
        self.subcommands[options["subcommand"]].run(options)
