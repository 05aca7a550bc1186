"""What only real servers show: chunks that arrive at once, Unix sockets, metrics of all workers."""

import gzip
import socket
import tempfile
import time
import zlib
from itertools import pairwise
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from servers.load import Connection, call
from servers.project import PACE
from servers.rules import LIMITED, limit
from servers.running import COMMANDS, on_real_servers, running, wait_for_processes

pytestmark = on_real_servers


@pytest.mark.parametrize("name", ["gunicorn", "uvicorn", "daphne"])
def test_server_sent_events_arrive_one_by_one(name, tmp_path):
    with running(name, tmp_path) as site:
        connection = Connection(site.address)
        connection.request("GET", "/events/", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        assert response.getheader("Content-Encoding") == "gzip"
        reader, moments = zlib.decompressobj(31), []
        text = b""
        while part := response.read1():
            text += reader.decompress(part)
            moments += [time.monotonic()] * (text.count(b"\n\n") - len(moments))
        connection.close()
    assert text == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    assert all(later - one > PACE / 2 for one, later in pairwise(moments))


@pytest.mark.parametrize("name", COMMANDS)
def test_bodies_are_compressed_and_timed(name, tmp_path):
    with running(name, tmp_path) as site:
        got = call(site.address, "/lines/", accept_encoding="gzip")
    assert gzip.decompress(got.body).startswith(b"line 0\nline 1\n")
    assert int(got.headers["content-length"]) == len(got.body) < 3000
    assert got.headers["server-timing"].startswith("total;dur=")


@pytest.mark.parametrize("name", ["gunicorn", "uvicorn"])  # Daphne takes those for others
@pytest.mark.parametrize("proxies", [[], ["unix"]])
def test_unix_sockets(name, proxies, tmp_path):
    """All clients of a socket are one, unless a proxy at its other end tells whose they are."""
    rules = limit("shared://", RATE="1/d", TRUSTED_PROXIES=proxies)
    with tempfile.TemporaryDirectory() as folder:  # paths of sockets are short
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(Path(folder) / "socket"))
        listener.listen(128)
        with running(name, tmp_path, listener=listener, **rules) as site:
            statuses = [
                call(site.address, LIMITED, x_forwarded_for=client).status
                for client in ("198.51.100.1", "198.51.100.1", "198.51.100.2")
            ]
    assert statuses == ([200, 429, 200] if proxies else [200, 429, 429]), site.log


@pytest.mark.parametrize("name", ["gunicorn", "gunicorn --preload", "uvicorn"])
def test_every_worker_tells_the_metrics_of_all(name, tmp_path):
    timing = {"FILE": str(tmp_path / "histograms"), "BUCKETS": [0.5, 60]}
    with running(name, tmp_path, TIMING=timing) as site:
        wait_for_processes(site.address)
        statuses = [call(site.address, "/lines/").status for _ in range(40)]
        seen = {}
        for _ in range(300):
            got = call(site.address, "/metrics/")
            seen[got.headers["x-pid"]] = requests(got.body, "/lines/")
            if len(seen) >= 2:
                break
    assert statuses == [200] * 40
    assert set(seen.values()) == {40}
    assert len(seen) >= 2


def requests(body, route):
    """How many requests of a route a page of metrics tells of."""
    for family in text_string_to_metric_families(body.decode()):
        for sample in family.samples:
            if sample.name.endswith("seconds_count") and sample.labels["route"] == route:
                return sample.value
    return None


@pytest.mark.parametrize("name", COMMANDS)
def test_headers_of_any_kind_are_no_error(name, tmp_path):
    rules = limit("local://", KEY="header:X-Key", TRUSTED_PROXIES=["127.0.0.1"])
    names = ["accept_encoding", "x_forwarded_for", "forwarded", "x_key"]
    values = ["\xe4\xff", ",;=\"'", "9" * 5000, ":" * 3000, "for=" * 1000, "gzip;q=" * 500, ""]
    with running(name, tmp_path, **rules) as site:
        got = [call(site.address, LIMITED, **{key: value}) for key in names for value in values]
        assert call(site.address).status == 200
    # A server may refuse what is no header; nobody may fail.
    assert {reply.status for reply in got} <= {200, 400, 429, 431}, site.log
    assert sum(reply.status == 200 for reply in got) >= len(got) - 2 * len(names)
    assert "Traceback" not in site.log
    assert all(reply.pid for reply in got if reply.status == 200)
