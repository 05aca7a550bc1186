"""``manage.py rustaccel hashers``: what a login costs, and how to make it cost more or less."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError
from typing import TYPE_CHECKING, Any

from django_rustaccel.management.subcommands.base import Subcommand, problem, usage

if TYPE_CHECKING:
    from django_rustaccel.costs import Cost, Suggestion

HEAD = ("algorithm", "Django's", "ours", "ratio", "memory", "logins/s", "class")

_UNITS = {"s": 1.0, "ms": 0.001, "": 0.001}
_MIB = 1024 * 1024


def seconds(text: str) -> float:
    """``100ms``, ``0.1s`` or ``100``, which are milliseconds, in seconds."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|)", text.strip())
    if parts is None or float(parts[1]) == 0:
        raise ArgumentTypeError(f"{text!r} is no time: 100ms or 0.1s")
    return float(parts[1]) * _UNITS[parts[2]]


class Hashers(Subcommand):
    """The configured password hashers on this machine."""

    name = "hashers"
    help = "Time each of PASSWORD_HASHERS by Django's class and by ours, on this machine."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the wanted time."""
        parser.add_argument(
            "--target",
            type=seconds,
            metavar="TIME",
            help="suggest parameters of the first hasher for a check of this time: 100ms, 0.1s",
        )
        parser.add_argument(
            "--rounds", type=int, default=5, metavar="N", help="time each so often (5)"
        )

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if none of the configured hashers can be timed."""
        if options["rounds"] < 1:
            raise usage("--rounds takes a number from 1 on.")
        from django.contrib.auth.hashers import get_hashers

        hashers = get_hashers()
        costs, reasons = self._costs(hashers, options["rounds"])
        if not costs:
            raise problem("None of PASSWORD_HASHERS can be timed: " + "; ".join(reasons))
        suggestion = self._suggestion(hashers[0], costs, options["target"])
        if options["json"]:
            self.write_json(_data(costs, reasons, suggestion))
        else:
            self._write(costs, reasons, suggestion)

    def _costs(self, hashers: Any, rounds: int) -> tuple[list[Cost], list[str]]:
        from django_rustaccel.costs import NotMeasurableError, measure

        costs: dict[str, Cost] = {}
        reasons = []
        for hasher in self.progress(hashers, "hasher"):
            try:
                if hasher.algorithm not in costs:
                    costs[str(hasher.algorithm)] = measure(hasher, rounds)
            except NotMeasurableError as error:
                reasons.append(f"{hasher.algorithm}: {error}")
        return list(costs.values()), reasons

    def _suggestion(
        self, hasher: Any, costs: list[Cost], target: float | None
    ) -> Suggestion | None:
        if target is None:
            return None
        from django_rustaccel.costs import suggest

        cost = next((cost for cost in costs if cost.algorithm == hasher.algorithm), None)
        if cost is None:
            raise problem(f"{hasher.algorithm}, the first of PASSWORD_HASHERS, cannot be timed.")
        return suggest(hasher, cost.ours, target)

    def _write(self, costs: list[Cost], reasons: list[str], wanted: Suggestion | None) -> None:
        self.write_table(HEAD, [_cells(cost) for cost in costs])
        for reason in reasons:
            self.warn(f"Not timed: {reason}")
        if wanted is not None:
            self.write("\n" + _advice(wanted))


def _cells(cost: Cost) -> tuple[str, ...]:
    memory = f"{cost.memory / _MIB:.0f} MiB" if cost.memory else "-"
    times = (f"{cost.stock * 1000:.1f} ms", f"{cost.ours * 1000:.1f} ms", f"{cost.ratio:.1f}x")
    return (cost.algorithm, *times, memory, f"{cost.logins:.1f}", cost.configured)


def _advice(wanted: Suggestion) -> str:
    """How to get there by Django's own means: a subclass in front of what is configured."""
    about = f"{wanted.seconds * 1000:.0f} ms a check"
    lines = [
        f"{wanted.parameter} = {wanted.value:_} takes about {about}:",
        "",
        "    # hashers.py of your project",
        "    from django_rustaccel import hashers",
        "",
        f"    class Tuned{wanted.base}(hashers.{wanted.base}):",
        f"        {wanted.parameter} = {wanted.value:_}",
        "",
        "    # settings.py: in the place of the first hasher",
        f'    PASSWORD_HASHERS = ["yourproject.hashers.Tuned{wanted.base}", ...]',
        "",
        "Django upgrades each stored hash when its user logs in next.",
    ]
    if wanted.is_weaker:
        lines.append(
            f"Mind that this is weaker than Django's own {wanted.parameter} = {wanted.default:_}."
        )
    return "\n".join(lines)


def _data(costs: list[Cost], reasons: list[str], wanted: Suggestion | None) -> dict[str, Any]:
    data: dict[str, Any] = {"hashers": [cost.as_dict() for cost in costs], "not_timed": reasons}
    if wanted is not None:
        data["suggestion"] = {**vars(wanted), "is_weaker": wanted.is_weaker}
    return data
