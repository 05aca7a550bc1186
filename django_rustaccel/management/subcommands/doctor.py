"""``manage.py rustaccel doctor``: is all as it should be, and what would gain most."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import TYPE_CHECKING, Any

from django.core.checks import ERROR, CheckMessage, run_checks

from django_rustaccel import surroundings
from django_rustaccel.checks import TAG
from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.management.subcommands.base import listed, plural, problem, usage
from django_rustaccel.management.subcommands.serializers import SerializerSubcommand

if TYPE_CHECKING:
    from django_rustaccel.drf.changes import Change
    from django_rustaccel.drf.explanation import Explanation

TIERS = ("rows", "instances", "stock")
#: Places named of one change, unless more are asked for by ``--verbosity 2``.
PLACES = 3


class Doctor(SerializerSubcommand):
    """Versions, processor, system checks, tiers, and changes, of a whole project at once."""

    name = "doctor"
    help = "Check the installation, and name the changes that would gain most in this project."
    needs_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how many changes to name."""
        parser.add_argument(
            "--changes", type=int, default=10, metavar="N", help="name at most so many (10)"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if a system check of this package finds an error."""
        if options["changes"] < 0:
            raise usage("--changes takes a number from 0 on.")
        messages = run_checks(tags=[TAG], include_deployment_checks=True)
        found = self._explanations()
        named = _changes(found)[: options["changes"]]
        if options["json"]:
            self.write_json(_data(messages, found, named))
        else:
            self._write_surroundings()
            self._write_messages(messages)
            self._write_tiers(found)
            self._write_changes(named, everything=options["verbosity"] > 1)
        errors = [message.msg for message in messages if message.level >= ERROR]
        if errors:
            raise problem(f"{plural(len(errors), 'error')}:\n{listed(errors)}")

    def _explanations(self) -> list[Explanation]:
        """Of all serializers, as if acceleration was on; none without Django REST framework."""
        try:
            from django_rustaccel.drf.comparison import acceleration_on
            from django_rustaccel.drf.explain import explain
        except MissingDependencyError:
            return []
        with acceleration_on():
            return [explain(cls) for cls in self.progress(self.serializers([]), "explaining")]

    def _write_surroundings(self) -> None:
        self._heading("Versions")
        self.write(listed(f"{name} {text}" for name, text in surroundings.versions().items()))
        self._heading("Processor")
        known = surroundings.processor()
        has = "instructions not known" if known["has"] is None else ", ".join(known["has"])
        self.write(listed([f"{known['system']} {known['machine']}: {has or 'no special ones'}"]))
        self._heading("Databases")
        self.write(listed(f"{name}: {vendor}" for name, vendor in surroundings.databases().items()))

    def _write_messages(self, messages: list[CheckMessage]) -> None:
        self._heading("System checks")
        for message in messages:
            style = self.style.ERROR if message.level >= ERROR else self.style.WARNING
            hint = f"\n    {message.hint}" if message.hint else ""
            self.write(style(f"  {message.id}: {message.msg}") + hint)
        if not messages:
            self.write("  nothing to say")

    def _write_tiers(self, found: list[Explanation]) -> None:
        self._heading("Serializers")
        if not found:
            self.write("  none")
            return
        rows = sorted(((each.tier, each.serializer) for each in found), key=_by_tier)
        self.write_table(("tier", "serializer"), rows, is_overview=True)
        tiers = Counter(tier for tier, _ in rows)
        self.write("\n" + ", ".join(f"{tiers[tier]} {tier}" for tier in TIERS))

    def _write_changes(self, named: list[Change], *, everything: bool) -> None:
        self._heading("What would gain most")
        suggested = list(surroundings.suggestions())
        if suggested:
            self.write(listed(suggested))
        for change in named:
            self.write(f"  {change.reason}")
            for tier, places in change.keeps.items():
                shown = places if everything else places[:PLACES]
                more = f" and {len(places) - len(shown)} more" if len(shown) < len(places) else ""
                self.write(f"    keeps at {self.coloured(tier)}: {', '.join(shown)}{more}")
        if not (suggested or named):
            self.write("  nothing: every serializer is read as rows")

    def _heading(self, text: str) -> None:
        self.write(f"\n{self.style.MIGRATE_HEADING(text)}")


def _changes(found: list[Explanation]) -> list[Change]:
    if not found:
        return []
    from django_rustaccel.drf.changes import changes

    return changes(found)


def _by_tier(row: tuple[str, str]) -> tuple[int, str]:
    """The slowest first."""
    return -TIERS.index(row[0]), row[1]


def _data(
    messages: list[CheckMessage], found: list[Explanation], named: list[Change]
) -> dict[str, Any]:
    return {
        "versions": surroundings.versions(),
        "processor": surroundings.processor(),
        "databases": surroundings.databases(),
        "messages": [
            {"id": each.id, "level": each.level, "message": each.msg, "hint": each.hint}
            for each in messages
        ],
        "serializers": {each.serializer: each.tier for each in found},
        "suggestions": list(surroundings.suggestions()),
        "changes": [change.as_dict() for change in named],
    }
