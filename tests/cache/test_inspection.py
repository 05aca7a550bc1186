"""Hit rate, size and evictions: by the command, and of running workers by their metrics."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count

import pytest
from django.core.cache import caches
from django.test import Client, override_settings
from django.urls import path
from prometheus_client import CollectorRegistry, generate_latest

from django_rustaccel.metrics import CacheCollector, caches_in, metrics_view
from inside.commands import run, run_json

numbers = count()
urlpatterns = [path("metrics/", metrics_view)]
NOTHING = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture
def used():
    """Two caches that were asked, and one of Django's."""
    ours = {"BACKEND": "django_rustaccel.cache.RustCache"}
    here = f"inspection {next(numbers)}"
    settings = {
        "default": {**ours, "LOCATION": here, "OPTIONS": {"MAX_ENTRIES": 5, "MAX_BYTES": 10_000}},
        "front": {**ours, "LOCATION": here, "OPTIONS": {"L2": "far"}},
        "unused": {**ours, "LOCATION": f"unused {here}"},
        "far": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": here},
    }
    with override_settings(CACHES=settings, ROOT_URLCONF=__name__):
        for number in range(8):
            caches["default"].set(f"key-{number}", number)
        for _ in range(3):
            caches["default"].get("key-7")
        caches["default"].get("missing")
        caches["front"].set("a", 1)
        for _ in range(4):
            caches["front"].get("a")
        yield


def expect(rows):
    assert [row["cache"] for row in rows] == ["default", "front", "unused"]
    first, second, third = rows
    assert (first["hits"], first["misses"], first["hit_rate"]) == (3, 1, 0.75)
    assert (first["entries"], first["evictions"]) == (5, 3)
    assert first["bytes"] > 5 * 128
    assert (first["max_entries"], first["max_bytes"]) == (5, 10_000)
    assert (second["hits"], second["misses"], second["entries"]) == (3, 1, 1)
    assert (third["hits"], third["misses"], third["hit_rate"]) == (0, 0, None)
    assert {int(row["process"]) for row in rows} == {os.getpid()}


def test_the_command(used):
    found, code = run_json("cache")
    assert code == 0
    expect(found["caches"])
    out, err, code = run("cache")
    assert (err, code) == ("", 0)
    assert "75.0 %" in out
    assert "--metrics URL" in out
    assert "far" not in out


@override_settings(CACHES=NOTHING)
def test_no_cache_of_ours():
    _, err, code = run("cache")
    assert (err, code) == ("CACHES has no cache of django_rustaccel.cache.RustCache.", 1)


def test_metrics(used):
    body = Client().get("/metrics/").content.decode()
    assert f'rustaccel_cache_hits_total{{cache="default",process="{os.getpid()}"}} 3.0' in body
    rows = caches_in(body)
    assert {row["cache"] for row in rows} == {"default", "front", "unused"}
    assert rows[0]["evictions"] == 3
    labels = f'{{cache="default",process="{os.getpid()}"}}'
    assert (
        f"# TYPE rustaccel_cache_max_bytes gauge\nrustaccel_cache_max_bytes{labels} 10000.0" in body
    )
    assert f"rustaccel_cache_max_entries{labels} 5.0\n" in body


@override_settings(CACHES=NOTHING)
def test_metrics_without_such_a_cache():
    registry = CollectorRegistry()
    registry.register(CacheCollector())
    assert generate_latest(registry) == b""
    assert caches_in("") == []


@pytest.fixture
def worker(used):
    """Another process would have the same page."""
    body = Client().get("/metrics/").content
    pages = {"/metrics/": body, "/other/": b"# nothing\n", "/html/": b"<p>no metrics</p>"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path not in pages:
                self.send_error(404)
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(pages[self.path])

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_asks_a_worker(worker):
    found, code = run_json("cache", "--metrics", f"{worker}/metrics/")
    assert code == 0
    expect(found["caches"])


@pytest.mark.parametrize(
    ("page", "expected", "code"),
    [
        ("/other/", "tells of no cache", 1),
        ("/html/", "/html/: ", 1),
        ("/none/", "404", 1),
        ("", "http:// or https://", 2),
    ],
)
def test_a_worker_that_does_not_tell(worker, page, expected, code):
    _, err, found = run("cache", "--metrics", f"{worker}{page}" if page else "file:///etc/passwd")
    assert expected in err
    assert found == code
