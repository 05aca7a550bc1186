"""``manage.py rustaccel bench``: stock against accelerated on the project's own rows."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django_rustaccel.conf import settings
from django_rustaccel.management.subcommands.base import plural, problem, usage
from django_rustaccel.management.subcommands.serializers import SerializerSubcommand

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from django_rustaccel.drf.racing import Race

HEAD = ("work", "stock", "accelerated", "ratio", "tier", "queries")


class Bench(SerializerSubcommand):
    """One serializer over rows of its model."""

    name = "bench"
    help = "Time stock against accelerated in turn on the project's own rows, with the ratio."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the serializer, how many rows to read and how often."""
        parser.add_argument("serializer", metavar="dotted.Serializer")
        parser.add_argument(
            "--rows", type=int, default=1000, metavar="N", help="at most so many rows (1000)"
        )
        parser.add_argument(
            "--rounds", type=int, default=11, metavar="N", help="time each so often (11)"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if there is nothing to time or the bytes are not the same."""
        if options["rows"] < 1 or options["rounds"] < 1:
            raise usage("--rows and --rounds take a number from 1 on.")
        (cls,) = self.serializers([options["serializer"]])
        from django_rustaccel.drf import racing
        from django_rustaccel.drf.comparison import acceleration_on
        from django_rustaccel.drf.own_rows import NothingToRenderError, own_rows

        try:
            queryset = own_rows(cls, options["rows"])
            with acceleration_on():
                races = self._races(cls, queryset, options["rounds"])
        except (NothingToRenderError, racing.NotTheSameError) as error:
            raise problem(str(error)) from error
        about = racing.about(cls, queryset, options["rounds"])
        about["accelerate_drf"] = settings.accelerate_drf
        if options["json"]:
            self.write_json({**about, "races": [race.as_dict() for race in races]})
        else:
            self._write(about, races)

    def _races(self, cls: type[Any], queryset: QuerySet[Any], rounds: int) -> list[Race]:
        from django_rustaccel.drf import racing

        return [
            racing.race(cls, source, work, self.progress(range(rounds), f"{work}, round"))
            for work, source in racing.sources(queryset)
        ]

    def _write(self, about: dict[str, Any], races: list[Race]) -> None:
        rows = plural(about["rows"], "row")
        title = f"{about['serializer']} over {rows} of {about['model']} on {about['database']}"
        self.write(f"{self.style.MIGRATE_LABEL(title)}, medians of {about['rounds']}\n")
        self.write_table(HEAD, [_cells(race) for race in races])
        if not about["accelerate_drf"]:
            self.write(
                '\nAs it is with RUSTACCEL["ACCELERATE_DRF"] on, which these settings have off.'
            )


def _cells(race: Race) -> tuple[str, ...]:
    times = (f"{race.stock * 1000:.2f} ms", f"{race.accelerated * 1000:.2f} ms")
    queries = f"{race.stock_queries} -> {race.accelerated_queries}"
    return (race.work, *times, f"{race.ratio:.1f}x", race.tier, queries)
