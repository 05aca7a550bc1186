"""uvicorn and Daphne as processes of their own, on loopback, ended by whoever started them."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import redis

from limiting import storages

TESTS = Path(__file__).resolve().parent.parent
COMMANDS = {
    "uvicorn": [
        *("uvicorn", "--host", "127.0.0.1", "--lifespan", "off", "--log-level", "warning"),
        # Without it, a client that never answers the close frame keeps it from ending.
        *("--timeout-graceful-shutdown", "5"),
    ],
    "daphne": ["daphne", "-b", "127.0.0.1", "-v", "0"],
}
PORTS = {"uvicorn": "--port", "daphne": "-p"}
SECONDS_TO_START = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One server of ``served.application``; its name is a key of :data:`COMMANDS`."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.port = free_port()
        self.log = folder / "handled.txt"
        self.forget_log()
        self.output = folder / "output.txt"
        self.prefix = storages.unique()
        self.process: Any = None

    def url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}/{path}"

    def start(self) -> None:
        command = [sys.executable, "-m", *COMMANDS[self.name], PORTS[self.name], str(self.port)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(TESTS),
            "SERVED_REDIS": storages.REDIS,
            "SERVED_PREFIX": self.prefix,
            "SERVED_LOG": str(self.log),
        }
        with self.output.open("a") as output:
            self.process = subprocess.Popen(
                [*command, "sockets.served:application"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"{self.name} does not listen: {self.output.read_text()}")

    def stop(self) -> None:
        """As a process manager does: ask, and insist only if that does not help."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def forget(self) -> None:
        """Leave nothing in Redis."""
        server = redis.Redis.from_url(storages.REDIS)
        for key in server.scan_iter(f"{self.prefix}*", count=1000):
            server.delete(key)
        server.close()

    def forget_log(self) -> None:
        """Begin to write down anew."""
        self.log.write_text("")
        self.log.with_suffix(".accepted").write_text("")

    @property
    def handled(self) -> list[int]:
        """What the pipeline has written down."""
        return [int(line) for line in self.log.read_text().split()]

    @property
    def accepted(self) -> list[int]:
        """What it has accepted."""
        return [int(line) for line in self.log.with_suffix(".accepted").read_text().split()]
