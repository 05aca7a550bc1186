"""``manage.py rustaccel startpolicy``: the skeleton of a middleware policy of one's own."""

from __future__ import annotations

from argparse import ArgumentParser
from keyword import iskeyword
from pathlib import Path
from typing import Any

from django.conf import global_settings
from django.core.management.base import CommandError
from django.core.management.templates import TemplateCommand

from django_rustaccel.conf import NAME
from django_rustaccel.management.subcommands.base import Subcommand, usage

TEMPLATE = Path(__file__).parent.parent / "policy_template"
NEXT = """\
{package} is there: the policy is in policy.py, and {package}/tests pass as they are.

  MIDDLEWARE += ["{package}.middleware.{camel}Middleware"]
  {setting} = {{"PATHS": ["/private/"]}}  # the options of {camel}Policy in capitals\
"""


class StartPolicy(Subcommand):
    """A policy, its drivers for Django, ASGI and WSGI, and tests of all of them."""

    name = "startpolicy"
    help = "Write the skeleton of a middleware policy with its drivers and tests."
    needs_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what it is called, and where it goes."""
        parser.add_argument("policy", metavar="NAME", help="of the package: in_small_letters")
        parser.add_argument(
            "--directory", type=Path, default=Path(), metavar="D", help="where it is made (here)"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Write it; nothing that is there already is changed. Exit with 2 if it cannot be made."""
        name, folder = options["policy"], options["directory"].absolute()
        if not folder.is_dir():
            raise usage(f"Destination directory '{folder}' does not exist, please create it first.")
        named = {"package": package(folder, name), "setting": name.upper()}
        camel = "".join(part.title() for part in name.split("_"))
        try:
            _Skeleton().make(name, folder / name, verbosity=options["verbosity"], **named)
        except CommandError as error:
            raise usage(str(error)) from error
        if options["json"]:
            self.write_json({**named, "directory": str(folder / name)})
        elif options["verbosity"]:
            self.write(NEXT.format(camel=camel, **named))


class _Skeleton(TemplateCommand):
    """What Django's ``startapp`` is made of: it validates names and renders the templates."""

    def make(self, name: str, folder: Path, **options: Any) -> None:
        """Write the package. Raises ``CommandError`` for a name or folder that will not do."""
        self.folder = folder
        options |= {"template": str(TEMPLATE), "extensions": ["py"], "files": []}
        self.handle("policy", name, str(folder), **options)

    def validate_name(self, name: str, name_or_dir: str = "name") -> None:
        """Refuse a name, before anything is made: a folder of this name would be a module."""
        super().validate_name(name, name_or_dir)
        if iskeyword(name):
            raise CommandError(f"'{name}' is not a valid policy name: it is a keyword of Python.")
        if hasattr(global_settings, name.upper()) or name.upper() == NAME:
            raise CommandError(f"The options of '{name}' would be the setting {name.upper()}.")
        try:
            self.folder.mkdir()
        except FileExistsError:
            raise CommandError(f"'{self.folder}' already exists") from None
        except OSError as error:
            raise CommandError(f"{self.folder}: {error.strerror}") from error


def package(folder: Path, name: str) -> str:
    """The dotted name of a package in a folder, by the packages it is within."""
    if not (folder / "__init__.py").is_file():
        return name
    return f"{package(folder.parent, folder.name)}.{name}"
