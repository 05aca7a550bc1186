"""``manage.py rustaccel cache``: what the caches hold, and how often they have it."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django_rustaccel.management.subcommands.base import Subcommand, problem
from django_rustaccel.management.subcommands.metrics_page import metrics_page

HEAD = ("cache", "process", "entries", "bytes", "hits", "misses", "hit rate", "evictions")
#: Where the command begins with nothing.
NOTE = (
    "These are the numbers of this process, which has only just started. Those of a running worker "
    "are among its metrics (django_rustaccel.metrics): --metrics URL."
)


class Cache(Subcommand):
    """The caches of this package in ``CACHES``."""

    name = "cache"
    help = "Show hit rate, size and evictions of each RustCache in CACHES."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to look."""
        parser.add_argument(
            "--metrics", metavar="URL", help="ask a running worker: the URL of its metrics"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if there is no such cache, or the URL does not tell of one."""
        url = options["metrics"]
        rows = _from(url) if url else _here()
        if not rows:
            where = f"{url} tells of" if url else "CACHES has"
            raise problem(f"{where} no cache of django_rustaccel.cache.RustCache.")
        if options["json"]:
            self.write_json({"caches": rows})
            return
        self.write_table(HEAD, [_cells(row) for row in rows])
        if not url:
            self.write(f"\n{NOTE}")


def _here() -> list[dict[str, Any]]:
    from django_rustaccel.cache.inspection import counted

    return [{**row, "hit_rate": _rate(row)} for row in counted()]


def _from(url: str) -> list[dict[str, Any]]:
    """What a page of metrics says of caches."""
    text = metrics_page(url)
    from django_rustaccel.metrics import caches_in

    try:
        rows = caches_in(text)
    except ValueError as error:
        raise problem(f"{url}: {error}") from None
    return [{**row, "hit_rate": _rate(row)} for row in rows]


def _rate(row: dict[str, Any]) -> float | None:
    looks = row["hits"] + row["misses"]
    return row["hits"] / looks if looks else None


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    rate = "-" if row["hit_rate"] is None else f"{100 * row['hit_rate']:.1f} %"
    numbers = {name: f"{row[name]:,}" for name in ("entries", "bytes", "hits", "misses")}
    return (row["cache"], str(row["process"]), *numbers.values(), rate, f"{row['evictions']:,}")
