"""A Redis of a test's own, to be stopped and started."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import redis


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


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def server(port: int, tmp_path: Path) -> Iterator[Server]:
    with own_redis(port, tmp_path) as server:
        yield server


class Cluster:
    """Three servers that share the keys between them."""

    #: The bus of a cluster has the number of the port and ten thousand.
    HIGHEST_PORT = 55_000
    SLOTS = 16_384

    def __init__(self, nodes: list[Server]) -> None:
        self.nodes = nodes

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def join(self) -> None:
        """Give every node its part of the slots."""
        share = -(-self.SLOTS // len(self.nodes))
        for number, node in enumerate(self.nodes):
            slots = range(number * share, min((number + 1) * share, self.SLOTS))
            with redis.Redis(port=node.port) as client:
                client.execute_command("CLUSTER ADDSLOTS", *slots)
                client.execute_command("CLUSTER MEET", "127.0.0.1", self.nodes[0].port)

    def wait(self) -> None:
        """Go on when all nodes know each other and who has which slots."""
        until = time.monotonic() + 30
        while not all(map(self._knows_all, self.nodes)):
            assert time.monotonic() < until, "the cluster does not come together"
            time.sleep(0.05)

    def _knows_all(self, node: Server) -> bool:
        with redis.Redis(port=node.port, decode_responses=True) as client:
            info = client.execute_command("CLUSTER INFO")
        told = info if isinstance(info, str) else "".join(f"{k}:{v} " for k, v in info.items())
        return "cluster_state:ok" in told and f"cluster_known_nodes:{len(self.nodes)}" in told


@contextmanager
def own_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster of three servers on free ports."""
    options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"]
    with ExitStack() as stack:
        nodes = []
        for number in range(3):
            port = next(p for p in iter(free_port, None) if p <= Cluster.HIGHEST_PORT)
            own = folder / f"node-{number}"
            own.mkdir()
            nodes.append(stack.enter_context(own_redis(port, own, *options)))
        cluster = Cluster(nodes)
        cluster.join()
        cluster.wait()
        yield cluster
