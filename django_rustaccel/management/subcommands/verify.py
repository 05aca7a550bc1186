"""``manage.py rustaccel verify``: the project's own rows rendered both ways."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from typing import TYPE_CHECKING, Any

from django_rustaccel.management.subcommands.base import listed, plural, problem, usage
from django_rustaccel.management.subcommands.serializers import SerializerSubcommand

if TYPE_CHECKING:
    from django_rustaccel.drf.verification import Finding

HEAD = ("serializer", "result", "rows", "tiers", "detail")


class Verify(SerializerSubcommand):
    """Each serializer over the rows of its model."""

    name = "verify"
    help = "Render the project's own rows both ways and show the first byte that differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how many rows to read."""
        super().add_arguments(parser)
        parser.add_argument(
            "--rows", type=int, default=1000, metavar="N", help="rows of each model, 0 for all"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 for a difference, or if a serializer that was named cannot be compared."""
        if options["rows"] < 0:
            raise usage("--rows takes a number of rows, or 0 for all.")
        classes = self.serializers(options["serializers"])
        from django_rustaccel.drf.comparison import acceleration_on
        from django_rustaccel.drf.verification import verify

        limit = options["rows"] or None
        with acceleration_on():
            found = [verify(cls, limit) for cls in self.progress(classes, "verifying")]
        if options["json"]:
            self.write_json([finding.as_dict() for finding in found])
        else:
            self._write(found)
        _raise_problems(found, is_named=bool(options["serializers"]))

    def _write(self, found: list[Finding]) -> None:
        if not found:
            self.write("The project has no serializers.")
            return
        self.write_table(HEAD, [_cells(finding) for finding in found], is_overview=True)
        for finding in found:
            if finding.result == "different":
                self.write(f"\n{self.style.ERROR(finding.serializer)}\n{finding.detail}")
        results = Counter(finding.result for finding in found)
        counts = ", ".join(f"{results[name]} {name}" for name in ("same", "different", "skipped"))
        self.write(f"\n{plural(len(found), 'serializer')}: {counts}")


def _cells(finding: Finding) -> tuple[str, ...]:
    detail = finding.detail.partition("\n")[0]
    rows = f"{finding.rows:,}"
    return (finding.serializer, finding.result, rows, ", ".join(finding.tiers), detail)


def _raise_problems(found: list[Finding], *, is_named: bool) -> None:
    different = [finding.serializer for finding in found if finding.result == "different"]
    if different:
        raise problem(f"Not the same as stock:\n{listed(different)}")
    skipped = [finding.serializer for finding in found if finding.result == "skipped"]
    if is_named and skipped:
        raise problem(f"Not compared:\n{listed(skipped)}")
