"""A Redis of a test's own, to be stopped and started."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    """A port of the loopback interface that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Server:
    """One ``redis-server`` that keeps nothing on disk."""

    def __init__(self, port: int, folder: Path, *options: str, **environment: str) -> None:
        self.port = port
        self.folder = folder
        self.options = options
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        options = ["--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        command = ["redis-server", "--bind", "127.0.0.1", *options, *self.options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, env=os.environ | self.environment
        )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not start")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)

    def hang(self) -> None:
        """Accept connections and say nothing, until :meth:`go_on`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)


def need_redis_server() -> None:
    """Skip without the program; fail in CI."""
    if shutil.which("redis-server") is None:
        reason = "no redis-server to stop and start"
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@contextmanager
def own_redis(port: int, folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """A server that runs at this port, with these options and environment."""
    need_redis_server()
    server = Server(port, folder, *options, **environment)
    try:
        server.start()
        yield server
    finally:
        server.stop()
