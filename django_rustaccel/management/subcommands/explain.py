"""``manage.py rustaccel explain``: which tier serves a serializer, and why."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django_rustaccel.management.subcommands.base import plural
from django_rustaccel.management.subcommands.serializers import SerializerSubcommand

if TYPE_CHECKING:
    from django_rustaccel.drf.explanation import Explanation


class Explain(SerializerSubcommand):
    """Named serializers field by field, or all of the project in one table."""

    name = "explain"
    help = "Say which tier serves a serializer, which of its fields are native, and why not."

    def run(self, options: dict[str, Any]) -> None:
        """Write the explanations; no query is sent."""
        classes = self.serializers(options["serializers"])
        from django_rustaccel.drf.explain import explain

        found = [explain(cls) for cls in self.progress(classes, "explaining")]
        if options["json"]:
            self.write_json([explanation.as_dict() for explanation in found])
        elif options["serializers"] or options["verbosity"] > 1:
            self._write_details(found)
        else:
            self._write_overview(found)

    def _write_details(self, found: list[Explanation]) -> None:
        from django_rustaccel.drf.explanation import HEAD
        from django_rustaccel.drf.input_explanation import INPUT_HEAD

        for number, explanation in enumerate(found):
            if number:
                self.write()
            self._write_reasons(explanation.title, explanation.tier, explanation.reasons)
            if explanation.fields:
                self.write()
                self.write_table(HEAD, explanation.cells())
            if explanation.input is not None:
                self.write()
                self._write_reasons("input", explanation.input.title, explanation.input.reasons)
                if explanation.input.cells():
                    self.write()
                    self.write_table(INPUT_HEAD, explanation.input.cells())

    def _write_reasons(self, title: str, verdict: str, reasons: tuple[str, ...]) -> None:
        self.write(f"{self.style.MIGRATE_LABEL(title)}: {self.coloured(verdict)}")
        for reason in reasons:
            self.write(f"  {reason}")

    def _write_overview(self, found: list[Explanation]) -> None:
        if not found:
            self.write("The project has no serializers.")
            return
        rows = [
            (explanation.serializer, explanation.tier, _shortened(explanation.reasons))
            for explanation in found
        ]
        self.write_table(("serializer", "tier", "reason"), rows, is_overview=True)
        tiers = Counter(explanation.tier for explanation in found)
        counts = ", ".join(f"{tiers[tier]} {tier}" for tier in ("rows", "instances", "stock"))
        self.write(f"\n{plural(len(found), 'serializer')}: {counts}")


def _shortened(reasons: tuple[str, ...]) -> str:
    if not reasons:
        return ""
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return reasons[0] + more
