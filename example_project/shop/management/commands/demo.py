"""``manage.py demo``: generated books, then the page that compares stock with accelerated."""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from shop.management.commands.seed import add_seed_arguments
from shop.management.progress import seed_with_bar
from showcase.comparison import Comparison, compare
from showcase.endpoints import ENDPOINTS

HOST = "127.0.0.1"
START_SECONDS = 120


class Command(BaseCommand):
    help = "Generate books, then serve the page that compares stock with accelerated."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_seed_arguments(parser)
        parser.add_argument("--port", type=int, default=8000, help="the next free one is taken")
        parser.add_argument("--check", action="store_true", help="compare, print, exit")

    def handle(self, *args: Any, **options: Any) -> None:
        self.console = Console()
        call_command("migrate", verbosity=0)
        seed_with_bar(options["books"], options["password"], self.console)
        port = free_port(options["port"])
        if options["check"]:
            self._check(port)
        else:
            self._serve(port)

    def _serve(self, port: int) -> None:
        self.console.print(f"\nOpen [bold]http://{HOST}:{port}/[/bold] (Ctrl-C stops the server)\n")
        # --insecure: static files without DEBUG, which config/settings.py keeps off.
        call_command("runserver", f"{HOST}:{port}", use_reloader=False, insecure_serving=True)

    def _check(self, port: int) -> None:
        with running_server(port) as url:
            page = fetch(url)
        if b"Compare all" not in page:
            raise CommandError("The server does not show the page.")
        found = [
            compare(endpoint) for endpoint in track(ENDPOINTS, "Comparing", console=self.console)
        ]
        self.console.print(as_table(found))
        for comparison in found:
            if fault := fault_of(comparison):
                raise CommandError(f"{comparison.title}: {fault}")
        self.console.print("The same bytes from both, natively, and never more queries.")


def fault_of(comparison: Comparison) -> str | None:
    """Why one comparison does not show what the project promises, or None."""
    if not comparison.identical:
        return f"the answers differ: {comparison.difference}"
    if comparison.accelerated.tier == "stock":
        return "the accelerated view ran the stock path"
    if comparison.accelerated.queries > comparison.stock.queries:
        return "the accelerated view sent more queries"
    return None


def as_table(found: list[Comparison]) -> Table:
    headings = ("Endpoint", "Tier", "SQL", "Bytes", "Same", "Stock ms", "Accelerated ms", "Ratio")
    table = Table(*headings, box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for comparison in found:
        stock, ours = comparison.stock, comparison.accelerated
        table.add_row(
            comparison.title,
            ours.tier,
            f"{stock.queries} / {ours.queries}",
            f"{ours.size:,}",
            "yes" if comparison.identical else "NO",
            f"{stock.median:.2f}",
            f"{ours.median:.2f}",
            f"{comparison.ratio:.1f}×",
        )
    return table


@contextmanager
def running_server(port: int) -> Iterator[str]:
    """A real server in a process of its own, ready to answer; stopped on leaving."""
    address = f"{HOST}:{port}"
    command = [sys.executable, sys.argv[0], "runserver", address, "--noreload", "--insecure"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words
    try:
        wait_for(f"http://{address}/", server)
        yield f"http://{address}/"
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            fetch(url)
        except HTTPError as error:
            raise CommandError(f"{url} answered {error.code}.") from error
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise CommandError(f"The server at {url} did not answer.")


def fetch(url: str) -> bytes:
    with urlopen(url, timeout=START_SECONDS) as response:  # noqa: S310 - always http, see HOST
        body: bytes = response.read()
    return body


def free_port(wanted: int) -> int:
    """`wanted`, or when something listens there, a port that the system gives."""
    with closing(socket.socket()) as probe:
        if probe.connect_ex((HOST, wanted)) != 0:
            return wanted
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
