"""Real servers in processes of their own, on sockets of the loopback interface or of Unix.

The test opens the listening socket and hands it down: no port can be taken by somebody else, and
clients that come before the server is ready wait in the socket's queue.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from servers.load import under_load

TESTS = Path(__file__).parents[1]
WORKERS = 4

COMMANDS = {
    "gunicorn": f"gunicorn --bind fd://{{fd}} --workers {WORKERS} {{site}}:application",
    "gunicorn --preload": (
        f"gunicorn --preload --bind fd://{{fd}} --workers {WORKERS} {{site}}:application"
    ),
    "uvicorn": f"uvicorn --fd {{fd}} --workers {WORKERS} --lifespan off {{site}}:asgi",
    "daphne": "daphne --fd {fd} --no-server-name {site}:asgi",
}
#: None of them has a database: one run of three is enough.
on_real_servers = [
    pytest.mark.skipif(os.name == "nt", reason="gunicorn and inherited sockets need Unix"),
    pytest.mark.databases_of("sqlite"),
]


class Site(NamedTuple):
    """A server that runs: its address, its first process, and the file it writes its log to."""

    address: Any
    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()


@contextmanager
def running(
    name: str,
    folder: Path,
    *,
    site: str = "servers.project",
    listener: socket.socket | None = None,
    environment: dict[str, str] | None = None,
    **rustaccel: Any,
) -> Iterator[Site]:
    """One of :data:`COMMANDS` with these settings; all of its processes end with the block."""
    with listener or socket.create_server(("127.0.0.1", 0), backlog=128) as ours:
        os.set_inheritable(ours.fileno(), True)
        command = COMMANDS[name].format(fd=ours.fileno(), site=site).split()
        log_file = folder / f"server-{ours.fileno()}.log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=TESTS,  # which servers put on the path; never the checkout
                env=os.environ | {"SITE_RUSTACCEL": json.dumps(rustaccel)} | (environment or {}),
                pass_fds=[ours.fileno()],
                start_new_session=True,
                stdout=log,
                stderr=log,
            )
        try:
            yield Site(ours.getsockname(), process, log_file)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(30)


def wait_for_processes(*addresses: Any, at_least: int = 2) -> int:
    """Call until several processes have answered, and say how many did."""
    with under_load(*addresses) as load:

        def seen() -> set[int]:
            return {reply.pid for reply in load.replies if reply.status == 200}

        load.wait_for(lambda: len(seen()) >= at_least)
        return len(seen())
