"""``manage.py rustaccel load``: many clients for one's own API, and stock beside accelerated."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.load.plan import BASE, Load, Target, absolute, strangers
from django_rustaccel.management.subcommands.arguments import above_zero, header
from django_rustaccel.management.subcommands.base import Subcommand, listed, plural, problem, usage

if TYPE_CHECKING:
    from django_rustaccel.load.clients import Turn
    from django_rustaccel.load.comparison import Side, Verdict

#: Seconds where neither ``--duration`` nor ``--requests`` is given.
SECONDS = 10.0
#: From which share of a processor on the clients, and not the server, may be what is measured.
BUSY = 0.8
LOOP = "a closed loop: each waits for its answer before it asks again"
#: Milliseconds.
NUMBERS = ("min", "p50", "p90", "p95", "p99", "max")


def not_below_zero(text: str) -> float:
    """A number of seconds, 0 as well."""
    if not 0 <= float(text) < float("inf"):
        raise ArgumentTypeError(f"{text!r} is below 0")
    return float(text)


def body(text: str) -> bytes:
    """A text, or ``@`` and the name of a file with it."""
    if not text.startswith("@"):
        return text.encode()
    try:
        return Path(text[1:]).read_bytes()
    except OSError as error:
        raise ArgumentTypeError(f"{text[1:]}: {error.strerror}") from error


def statuses(text: str) -> range:
    """A status code, or ``4xx`` for all of them that begin with 4."""
    code = text.lower()
    if len(code) == 3 and "1" <= code[0] <= "5" and code.isascii():
        if code[1:] == "xx":
            return range(int(code[0]) * 100, int(code[0]) * 100 + 100)
        if code.isdigit():
            return range(int(code), int(code) + 1)
    raise ArgumentTypeError(f"{text!r} is no status code: 404 or 4xx")


class LoadTest(Subcommand):
    """Load for an HTTP server, and what comes of it."""

    name = "load"
    help = "Measure URLs of yours under load: requests a second, latency, errors; both ways."
    needs_checks = False

    def add_json(self, parser: ArgumentParser) -> None:
        """Declare ``--json``, which may name a file."""
        about = "write data for scripts, into a file or in place of the table"
        parser.add_argument("--json", nargs="?", const="-", metavar="FILE", help=about)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the load."""
        add = parser.add_argument
        add("urls", nargs="+", metavar="URL", help="http://127.0.0.1:8000/path/, or a path")
        add("--base", default=BASE, metavar="URL", help=f"where a path leads ({BASE})")
        add(
            "--concurrency",
            "-c",
            type=above_zero(int),
            default=10,
            metavar="N",
            help="clients at the same time (10)",
        )
        add(
            "--duration",
            type=above_zero(float),
            metavar="S",
            help=f"how long, each side with --compare ({SECONDS:g})",
        )
        add("--requests", type=above_zero(int), metavar="N", help="how many instead")
        add(
            "--warm-up",
            type=not_below_zero,
            default=1.0,
            metavar="S",
            help="how long before, without being counted (1)",
        )
        add(
            "--timeout",
            type=above_zero(float),
            default=10.0,
            metavar="S",
            help="how long a connection, or a pause in an answer, may take (10)",
        )
        add("--method", "-X", metavar="NAME", help="of the requests (GET; POST with a body)")
        add("--header", "-H", type=header, action="append", default=[], metavar="'NAME: VALUE'")
        add("--body", type=body, metavar="TEXT", help="or @FILE; JSON unless a header says else")
        add(
            "--accept-status",
            type=statuses,
            action="append",
            default=[],
            metavar="CODE",
            help="no error beside 2xx: 404, or 4xx for all",
        )
        add("--compare", action="store_true", help="stock and accelerated in turns")
        add("--allow-host", action="append", default=[], metavar="NAME", help="beside this machine")

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if anything went wrong, and with 2 for what cannot be asked."""
        from django_rustaccel.load import comparison, report

        load = _load(options)
        sides = comparison.sides(options["compare"])
        verdicts: list[Verdict] = []
        is_interrupted = self._measure(load, sides, verdicts, options)
        data = report.data(load, sides, verdicts)
        self._report(sides, data, options["json"])
        if is_interrupted:
            raise problem("Interrupted.")
        if wrong := report.wrong(load, sides, verdicts):
            raise problem("\n".join(wrong))

    def _measure(
        self, load: Load, sides: list[Side], verdicts: list[Verdict], options: dict[str, Any]
    ) -> bool:
        """Fill the sides and the verdicts; whether it was interrupted."""
        from django_rustaccel.load import clients, comparison

        try:
            verdicts += self._verdicts(load, options["compare"])
            comparison.run(load, sides, options["warm_up"], self._tick)
        except KeyboardInterrupt:
            return True
        except clients.TooManyClientsError as error:
            raise usage(f"--concurrency {load.concurrency}: {error}.") from error
        finally:
            if self.command.stderr.isatty():
                self._overwrite("")
        return False

    def _verdicts(self, load: Load, is_compared: bool) -> list[Verdict]:
        """Of each target; one question each also shows that there is a server."""
        from django_rustaccel.load import clients, comparison

        verdicts = []
        for target in load.targets:
            try:
                if is_compared:
                    verdicts.append(comparison.compare(target, load.timeout))
                else:
                    clients.check(target, load.timeout)
            except (OSError, HTTPException) as error:
                raise problem(f"{target.url}: {clients.said(error)}") from error
            except (comparison.NotAllowedError, MissingDependencyError) as error:
                raise problem(f"{target.url}: {error}") from error
        return verdicts

    def _tick(self, label: str, turn: Turn) -> None:
        """Say how it goes, on a terminal."""
        if not self.command.stderr.isatty():
            return
        done, errors = turn.done
        rate = done / turn.seconds if turn.seconds else 0.0
        end = "" if turn.load.seconds is None else f" of {turn.load.seconds:g}"
        self._overwrite(
            f"{label}: {turn.seconds:.1f}{end} s  {plural(done, 'request')}  {rate:,.0f}/s  "
            f"{plural(errors, 'error')}"
        )

    def _report(self, sides: Sequence[Side], data: dict[str, Any], file: str | None) -> None:
        if file == "-":
            self.write_json(data)
            return
        self._write(sides, data)
        if file:
            try:
                Path(file).write_text(f"{json.dumps(data, indent=2)}\n", "utf-8")
            except OSError as error:
                raise problem(f"{file}: {error.strerror}") from error

    def _write(self, sides: Sequence[Side], data: dict[str, Any]) -> None:
        self.write(f"{plural(data['concurrency'], 'client')}, {LOOP}")
        for part in data["targets"]:
            self._write_part(f"{part['method']} {part['url']}", part)
        if len(data["targets"]) > 1:
            self._write_part("all together", data["total"])
        for side in sides:
            if side.client_share > BUSY:
                share = f"{100 * side.client_share:.0f} % of the time"
                self.warn(f"{side.name}: the clients were busy {share}: the server can do more.")

    def _write_part(self, title: str, part: dict[str, Any]) -> None:
        self.write(f"\n{self.style.MIGRATE_HEADING(title)}")
        if not part["results"]:
            self.write("nothing was measured")
            return
        head = ("", "requests", "/s", "kB/s", "min ms", *NUMBERS[1:], "status")
        self.write_table(head, [_cells(*item) for item in part["results"].items()])
        for name, result in part["results"].items():
            if result["errors"]:
                errors = (f"{n:,} x {error}" for error, n in result["errors"].items())
                self.write(f"{name} went wrong:\n{listed(errors)}")
        if ratio := part.get("ratio"):
            self.write(
                f"{ratio['requests_per_second']:.2f} times as many requests a second, "
                f"p50 {ratio['p50']:.2f} times as short"
            )
        if "same" in part:
            self.write(_said(part))


def _said(part: dict[str, Any]) -> str:
    if part["same"] is None:
        return f"bytes not compared: {part['detail']}"
    return "the same bytes" if part["same"] else "NOT the same bytes"


def _cells(name: str, result: dict[str, Any]) -> list[str]:
    latency = result["latency_ms"]
    codes = ", ".join(f"{code}: {count:,}" for code, count in result["statuses"].items())
    return [
        name,
        f"{result['requests']:,}",
        f"{result['requests_per_second']:,.1f}",
        f"{result['body_bytes_per_second'] / 1000:,.0f}",
        *(f"{latency[each]:,.2f}" if latency else "-" for each in NUMBERS),
        codes or "-",
    ]


def _load(options: dict[str, Any]) -> Load:
    """What the options ask for. Raises ``CommandError`` for what cannot or may not be asked."""
    try:
        targets = [_target(url, options) for url in options["urls"]]
    except ValueError as error:
        raise usage(str(error)) from error
    if strange := strangers(targets, options["allow_host"]):
        raise usage(
            f"{', '.join(strange)} is not this machine: --allow-host {strange[0]} if it is yours "
            "to put load on."
        )
    seconds, requests = options["duration"], options["requests"]
    accepted = [range(200, 300), *options["accept_status"]]
    return Load(
        targets=targets,
        concurrency=options["concurrency"],
        seconds=SECONDS if seconds is None and requests is None else seconds,
        requests=requests,
        timeout=options["timeout"],
        accepts=lambda status: any(status in each for each in accepted),
    )


def _target(url: str, options: dict[str, Any]) -> Target:
    content = options["body"]
    headers = {} if content is None else {"Content-Type": "application/json"}
    for name, value in options["header"]:
        headers = {each: headers[each] for each in headers if each.lower() != name.lower()}
        headers[name] = value
    method = options["method"] or ("GET" if content is None else "POST")
    return Target(absolute(url, options["base"]), method.upper(), headers, content)
