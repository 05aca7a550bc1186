"""What the doctor has found, for people to read."""

from __future__ import annotations

from collections import Counter
from textwrap import indent
from typing import TYPE_CHECKING, Any

from django.core.checks import ERROR

from django_rustaccel.doctor import surroundings
from django_rustaccel.doctor.diagnosis import Diagnosis, reasons
from django_rustaccel.management.subcommands.base import Subcommand, listed

if TYPE_CHECKING:
    from django_rustaccel.doctor.changes import Change
    from django_rustaccel.doctor.sample import Sampled
    from django_rustaccel.drf.explanation import Explanation

TIERS = ("rows", "instances", "stock")
#: Places named of one change, unless more are asked for by ``--verbosity 2``.
PLACES = 3
REQUESTS_HEAD = ("request", "times", "result", "stock", "accelerated", "ratio", "queries", "detail")


def write_diagnosis(to: Subcommand, found: Diagnosis, *, everything: bool) -> None:
    """Write all of it; with ``everything`` also each reason and each place."""
    writer = _Writer(to, found, everything)
    writer.surroundings()
    writer.messages()
    if found.sampled:
        writer.requests()
    writer.serializers()
    writer.changes()


class _Writer:
    def __init__(self, to: Subcommand, found: Diagnosis, everything: bool) -> None:
        self.to = to
        self.found = found
        self.everything = everything
        self.write = to.write

    def heading(self, text: str) -> None:
        self.write(f"\n{self.to.style.MIGRATE_HEADING(text)}")

    def surroundings(self) -> None:
        self.heading("Versions")
        self.write(listed(f"{name} {text}" for name, text in surroundings.versions().items()))
        self.heading("Processor")
        self.write(listed(_processor(surroundings.processor())))
        self.heading("Databases")
        self.write(listed(f"{name}: {vendor}" for name, vendor in surroundings.databases().items()))

    def messages(self) -> None:
        self.heading("System checks")
        for message in self.found.messages:
            style = self.to.style.ERROR if message.level >= ERROR else self.to.style.WARNING
            hint = f"\n    {message.hint}" if message.hint else ""
            self.write(style(f"  {message.id}: {message.msg}") + hint)
        if not self.found.messages:
            self.write("  nothing to say")

    def requests(self) -> None:
        self.heading("Requests")
        rows = [_request(each) for each in self.found.sampled]
        self.to.write_table(REQUESTS_HEAD, rows, is_overview=True)
        for each in self.found.sampled:
            if each.result == "different":
                title = f"{each.method} {each.path}"
                self.write(f"\n{self.to.style.ERROR(title)}\n{each.detail}")

    def serializers(self) -> None:
        self.heading("Serializers")
        if not self.found.explanations:
            self.write("  none")
            return
        explained = sorted(self.found.explanations, key=self._order)
        head, rows = ["tier", "input", "serializer", "reason"], [_row(each) for each in explained]
        if self.found.sampled:
            times = self.found.milliseconds
            head.insert(2, "ms")
            for row in rows:
                row.insert(2, f"{times.get(row[2], 0.0):.2f}")
        self.to.write_table(head, rows, is_overview=not self.everything)
        self._write_reasons(explained)
        tiers = Counter(each.tier for each in explained)
        inputs = Counter(_input(each) for each in explained)
        self.write("\nread: " + ", ".join(f"{tiers[tier]} {tier}" for tier in TIERS))
        self.write("validated: " + ", ".join(f"{n} {name}" for name, n in sorted(inputs.items())))

    def _order(self, explanation: Explanation) -> tuple[float, int, str]:
        """What took longest in the sample, then the slowest."""
        taken = self.found.milliseconds.get(explanation.serializer, 0.0)
        return -taken, -TIERS.index(explanation.tier), explanation.serializer

    def _write_reasons(self, explained: list[Explanation]) -> None:
        if self.everything:
            for each in explained:
                for why, tier, path in reasons(each):
                    self.write(f"  {path} ({tier}): {why}")

    def changes(self) -> None:
        self.heading("What would gain most")
        if self.found.changes:
            self.write(
                "  settings that concern every request or login first, then code in the order of"
            )
            self.write(f"  {self.found.basis}")
        for number, change in enumerate(self.found.changes, start=1):
            self._write_change(number, change)
        if not (self.found.changes or self.found.more):
            self.write("  nothing: every serializer is served as fast as it can be")
        if self.found.more:
            self.write(f"\n  and {self.found.more} more: --changes")

    def _write_change(self, number: int, change: Change) -> None:
        what = self.to.style.MIGRATE_LABEL(indent(change.what, "     ").lstrip())
        self.write(f"\n{number:>3}. {what}")
        lines = [change.why, _where(change), f"gain: {change.gain.text}"]
        self.write("\n".join(f"     {line}" for line in lines if line))
        for tier, places in change.keeps.items():
            shown = places if self.everything else places[:PLACES]
            more = f" and {len(places) - len(shown)} more" if len(shown) < len(places) else ""
            self.write(f"     keeps at {self.to.coloured(tier)}: {', '.join(shown)}{more}")


def _where(change: Change) -> str:
    return "" if not change.where or change.where in change.why else f"in {change.where}"


def _processor(known: dict[str, Any]) -> list[str]:
    there = [name for name, is_there in known["features"].items() if is_there]
    memory = known["memory"]
    size = "" if memory is None else f", {memory / 2**30:.1f} GiB of memory"
    return [
        f"{known['system']} {known['machine']}: {', '.join(there) or 'no special ones'}{size}",
        ", ".join(f"{part} by {name}" for part, name in known["chosen"].items()),
    ]


def _request(each: Sampled) -> tuple[str, ...]:
    timed = bool(each.accelerated)
    times = (f"{1000 * each.stock:.2f} ms", f"{1000 * each.accelerated:.2f} ms") if timed else "--"
    ratio = f"{each.ratio:.1f}x" if timed else "-"
    queries = f"{each.stock_queries} -> {each.accelerated_queries}"
    name, detail = f"{each.method} {each.path}", each.detail.partition("\n")[0]
    return (name, str(each.times), each.result, *times, ratio, queries, detail)


def _row(explanation: Explanation) -> list[str]:
    found = list(dict.fromkeys(why for why, _, _ in reasons(explanation)))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    reason = found[0] + more if found else ""
    return [explanation.tier, _input(explanation), explanation.serializer, reason]


def _input(explanation: Explanation) -> str:
    return explanation.input.title if explanation.input else "stock"
