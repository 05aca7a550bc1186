"""Commands of blocks: those of this package run in a copy of the example project."""

import re
import shlex
from doctest import ELLIPSIS, OutputChecker
from importlib.metadata import metadata

from django.core.management import load_command_class
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sybil import Example

from docs.pages import ROOT, Project

#: Subcommands that are parsed as the command would, and not run.
PARSED_ONLY = {
    "hashers": "hashes for a minute",
    "load": "needs a running server",
    "ws": "needs a server of WebSockets",
}


def run_commands(example: Example) -> str | None:
    """Lines of a script; no output is shown."""
    for line in example.parsed.splitlines():
        run(line, example.namespace["project"])
    return None


def run_session(example: Example) -> str | None:
    """Commands after `$ `, each with what it prints; measured numbers may be others."""
    _, *parts = re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)
    assert parts, "a console block begins its commands with `$ `"
    for part in parts:
        line, _, wanted = part.partition("\n")
        given = run(line, example.namespace["project"])
        if given is not None and wanted.strip() and not alike(wanted, given):
            return f"`{line}` prints\n{given}"
    return None


def run(line: str, project: Project) -> str | None:
    """What it printed; ``None`` for what was only looked at."""
    match shlex.split(line, comments=True):
        case ["make", *words]:
            check_targets(words)
        case ["pip", "install", requirement]:
            check_requirement(requirement)
        case ["python", "manage.py", "rustaccel", name, *rest] if name in PARSED_ONLY:
            parse(name, *rest)
        case ["python", "manage.py", *arguments]:
            done = project.manage(*arguments)
            assert done.returncode in (0, 1), done.stderr
            assert "Traceback" not in done.stderr, done.stderr
            return done.stdout + done.stderr
        case [] | ["export", *_]:
            pass
        case words:
            raise AssertionError(f"no test knows what to do with {words[0]!r}")
    return None


def names_and_options() -> dict[str, set[str]]:
    """The options of each subcommand."""
    command = load_command_class("django_rustaccel", "rustaccel")
    (inner,) = command.create_parser("manage.py", "rustaccel")._subparsers._group_actions
    return {name: set(parser._option_string_actions) for name, parser in inner.choices.items()}


def parse(*arguments: str) -> None:
    """The command line as the command reads it."""
    command = load_command_class("django_rustaccel", "rustaccel")
    command.create_parser("manage.py", "rustaccel").parse_args(arguments)


def check_targets(words: list[str]) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in [word for word in words if "=" not in word]:
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE), f"make has no {target}"


def check_requirement(text: str) -> None:
    """The extras of this package are those it has."""
    requirement = Requirement(text)
    if canonicalize_name(requirement.name) == "django-rustaccel":
        known = metadata("django-rustaccel").get_all("Provides-Extra") or []
        assert requirement.extras <= set(known), f"unknown extras: {text}"


def alike(wanted: str, given: str) -> bool:
    """Whether only numbers and spaces differ; `…` on a line of its own stands for any lines."""
    return OutputChecker().check_output(_plain(wanted), _plain(given), ELLIPSIS)


def _plain(text: str) -> str:
    text = re.sub(r"^…$", "...", text, flags=re.MULTILINE)
    # Not those of lines, as in `shop/api.py:12`: these are not measured.
    text = re.sub(r"(?<![\w:])\d[\d,._]*", "0", text)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"
