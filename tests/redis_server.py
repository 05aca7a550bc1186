"""A Redis of the test's own, to be stopped and started."""

import shutil
import socket
import subprocess
import time

import pytest


@pytest.fixture
def port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """A Redis of the test's own."""

    def __init__(self, port, folder):
        self.port = port
        self.folder = folder
        self.process = None

    def start(self):
        options = ["--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        command = ["redis-server", "--bind", "127.0.0.1", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
        raise AssertionError("redis-server does not start")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)


@pytest.fixture
def server(port, tmp_path):
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server to stop and start")
    server = Server(port, tmp_path)
    server.start()
    yield server
    server.stop()
