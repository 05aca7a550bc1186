"""``manage.py rustaccel ws``: many clients for one's own WebSocket consumers."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from django.core.management.base import BaseCommand

from django_rustaccel.exceptions import MissingDependencyError
from django_rustaccel.management.subcommands.arguments import above_zero, header
from django_rustaccel.management.subcommands.base import Subcommand, problem, usage

if TYPE_CHECKING:
    from django_rustaccel.websocket_tester import Load, Report

#: Sent where no file is given.
PAYLOAD = '{"type": "ping"}'
#: Seconds between two looks at how it goes.
REFRESH = 0.2


class WebSocket(Subcommand):
    """Load for a WebSocket server, and what comes of it."""

    name = "ws"
    help = "Test a WebSocket URL of yours with many clients: rate, latency, errors."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the load."""
        add = parser.add_argument
        add("url", metavar="URL", help="ws://127.0.0.1:8000/path/")
        add("--connections", type=above_zero(int), default=10, metavar="N", help="clients (10)")
        add(
            "--rate",
            type=above_zero(float),
            metavar="R",
            help="messages a second of each client (default: the next when the last is answered)",
        )
        add("--seconds", type=above_zero(float), default=5.0, metavar="S", help="how long (5)")
        add(
            "--timeout",
            type=above_zero(float),
            default=5.0,
            metavar="S",
            help="how long a connection or an answer may take (5)",
        )
        add("--payload", type=Path, metavar="FILE", help=f"a message a line (default: {PAYLOAD})")
        add("--no-answers", action="store_true", help="messages are not answered, only sent")
        add("--header", type=header, action="append", default=[], metavar="'NAME: VALUE'")
        add("--subprotocol", action="append", default=[], metavar="NAME")
        add("--allow-remote", action="store_true", help="the server may be another machine")

    def run(self, options: dict[str, Any]) -> None:
        """Exit with 1 if anything went wrong, and with 2 for what cannot be tested."""
        try:
            from django_rustaccel import websocket_tester as tester
        except MissingDependencyError as error:
            raise usage(str(error)) from error
        load, report = _load(options), tester.Report()
        is_interrupted = False
        try:
            asyncio.run(self._watched(load, report))
        except KeyboardInterrupt:
            is_interrupted = True
        if options["json"]:
            self.write_json({"url": load.url, **report.as_dict()})
        else:
            self._write(load, report)
        if is_interrupted:
            raise problem("Interrupted.")
        if report.errors or not report.sent:
            raise problem(_errors(report))

    async def _watched(self, load: Load, report: Report) -> None:
        from django_rustaccel.websocket_tester import run

        watching = asyncio.create_task(self._watch(load, report))
        try:
            await run(load, report)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _watch(self, load: Load, report: Report) -> None:
        """Say how it goes, on a terminal."""
        if not self.command.stderr.isatty():
            return
        try:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
        except ImportError:
            return  # Only the result then.
        console = Console(file=cast(Any, _Terminal(self.command)), force_terminal=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("connecting", total=load.seconds)
            while True:
                await asyncio.sleep(REFRESH)
                done = REFRESH if report.sent else 0
                bar.update(task, advance=done, description=_line(load, report))

    def _write(self, load: Load, report: Report) -> None:
        data = report.as_dict()
        self.write(f"{load.url}: {report.connected} of {load.connections} connected")
        self.write(
            f"{report.sent:,} sent, {report.answered:,} answered in {report.seconds:.1f} s: "
            f"{data['messages_per_second']:,} messages/s"
        )
        if latency := data["latency_ms"]:
            self.write_table(
                ("latency", *latency), [("ms", *(f"{value:.2f}" for value in latency.values()))]
            )


class _Terminal:
    """Standard error of a command, to which Django adds nothing."""

    def __init__(self, command: BaseCommand) -> None:
        self.stream = command.stderr

    def write(self, text: str) -> None:
        self.stream.write(text, str, ending="")

    def flush(self) -> None:
        self.stream.flush()


def _line(load: Load, report: Report) -> str:
    errors = report.errors.total()
    return (
        f"{report.connected}/{load.connections} connected  {report.sent:,} sent  "
        f"{report.answered:,} answered  {errors:,} errors"
    )


def _errors(report: Report) -> str:
    if not report.errors:
        return "Nothing was sent."
    return "\n".join(f"{count:,} x {error}" for error, count in report.errors.most_common())


def _load(options: dict[str, Any]) -> Load:
    from django_rustaccel.websocket_tester import Load, is_loopback

    url = options["url"]
    try:
        is_near = is_loopback(url)
    except ValueError as error:
        raise usage(str(error)) from error
    if not (is_near or options["allow_remote"]):
        raise usage(f"{url} is not on this machine: --allow-remote if it is yours to test.")
    return Load(
        url=url,
        payloads=_payloads(options["payload"]),
        connections=options["connections"],
        rate=options["rate"],
        seconds=options["seconds"],
        timeout=options["timeout"],
        answers=not options["no_answers"],
        headers=options["header"],
        subprotocols=options["subprotocol"],
    )


def _payloads(path: Path | None) -> list[str]:
    if path is None:
        return [PAYLOAD]
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise usage(f"{path}: {error}") from error
    payloads = [line for line in lines if line.strip()]
    if not payloads:
        raise usage(f"{path} has no messages.")
    return payloads
