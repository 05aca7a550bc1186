"""The server that loads are tried on."""

import threading
from collections import Counter
from http.server import ThreadingHTTPServer

import pytest

from inside.loads import Handler


@pytest.fixture
def server(monkeypatch):
    # It runs in this process: its work would count as that of the clients.
    monkeypatch.setattr("django_rustaccel.management.subcommands.load.BUSY", 2.5)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        made.daemon_threads = True
        made.seen, made.last, made.is_over = Counter(), None, threading.Event()
        made.url = f"http://127.0.0.1:{made.server_port}"
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.is_over.set()
        made.shutdown()
        thread.join()
