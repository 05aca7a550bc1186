"""``manage.py rustaccel import``: a file into a table, again and again if it has to be."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from django_rustaccel.management.subcommands.base import Subcommand, plural, problem, usage

if TYPE_CHECKING:
    from django_rustaccel.validation.importing import Importer, Progress

BAR = 24
INTERRUPTED = 130


class Import(Subcommand):
    """NDJSON or CSV, validated and inserted in chunks."""

    name = "import"
    help = "Import an NDJSON or CSV file into a model; called again it goes on where it ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare model and file, and how rows are taken."""
        parser.add_argument("model", metavar="app.Model")
        parser.add_argument("file", type=Path, metavar="file.ndjson|file.csv")
        parser.add_argument("--format", choices=["ndjson", "csv"], help="if the name does not say")
        parser.add_argument(
            "--fields", metavar="a,b", help="fields of the rows (all editable ones)"
        )
        parser.add_argument(
            "--ignore-unknown", action="store_true", help="leave out keys that are no fields"
        )
        parser.add_argument(
            "--chunk", type=int, default=1000, metavar="N", help="rows of a transaction (1000)"
        )
        parser.add_argument(
            "--rejects", type=Path, metavar="PATH", help="(file.ndjson.rejected.ndjson)"
        )
        parser.add_argument("--database", default="default", metavar="ALIAS")
        parser.add_argument(
            "--restart", action="store_true", help="forget what was imported of this file"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if records were rejected, with 2 if the import cannot begin or go on."""
        from django_rustaccel.validation.importing import ImportProblemError

        if options["chunk"] < 1:
            raise usage("--chunk takes a number from 1 on.")
        started, progress = monotonic(), None
        try:
            importer = _importer(options)
            for progress in importer.run(restart=options["restart"]):
                self._show(progress)
        except (ImportProblemError, OSError) as error:
            raise usage(str(error)) from error
        except KeyboardInterrupt as error:
            text = "Interrupted. The same command goes on behind the last chunk."
            raise CommandError(text, returncode=INTERRUPTED) from error
        finally:
            self._clear()
        assert progress is not None
        self._report(importer, progress, monotonic() - started, is_json=options["json"])

    def _show(self, progress: Progress) -> None:
        if not self.command.stderr.isatty():
            return
        done = progress.position.offset / (progress.size or 1)
        bar = ("#" * int(BAR * done)).ljust(BAR, ".")
        rows = plural(progress.imported, "row")
        rejected = f", {progress.rejected:,} rejected" if progress.rejected else ""
        self._overwrite(f"[{bar}] {100 * done:3.0f} %  {rows}{rejected}")

    def _clear(self) -> None:
        if self.command.stderr.isatty():
            self._overwrite("")

    def _report(
        self, importer: Importer, progress: Progress, seconds: float, *, is_json: bool
    ) -> None:
        label = importer.model._meta.label
        if is_json:
            self.write_json(_data(importer, progress, seconds))
        else:
            begun = f" from line {progress.before.line + 1:,} on" if progress.before.line else ""
            rows = plural(progress.imported, "row")
            self.write(f"{importer.path.name}{begun}: {rows} into {label} in {seconds:.1f} s")
        if progress.rejected:
            records = plural(progress.rejected, "record")
            raise problem(f"{records} rejected: see {importer.rejects_path}")


def _importer(options: dict[str, Any]) -> Importer:
    from django.apps import apps
    from django.db import connections

    from django_rustaccel.validation.importing import Importer

    if options["database"] not in connections:
        raise usage(f"There is no database {options['database']!r}.")
    if options["model"].count(".") != 1:
        raise usage(f"{options['model']!r} is no app.Model.")
    try:
        return Importer(
            apps.get_model(options["model"]),
            options["file"],
            using=options["database"],
            format=options["format"],
            fields=options["fields"].split(",") if options["fields"] else None,
            unknown="ignore" if options["ignore_unknown"] else "forbid",
            rejects=options["rejects"],
            chunk=options["chunk"],
        )
    except (LookupError, ValueError) as error:
        raise usage(str(error)) from error


def _data(importer: Importer, progress: Progress, seconds: float) -> dict[str, Any]:
    return {
        "model": importer.model._meta.label,
        "file": str(importer.path),
        "imported": progress.imported,
        "rejected": progress.rejected,
        "rejects": str(importer.rejects_path) if progress.position.rejected else None,
        "from_line": progress.before.line + 1,
        "to_line": progress.position.line,
        "total_imported": progress.position.imported,
        "total_rejected": progress.position.rejected,
        "seconds": round(seconds, 3),
    }
