"""The applications on FastAPI and Flask, over HTTP from real servers on the loopback interface."""

import hashlib
import hmac
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import httpx
import pytest
import uvicorn

from django_rustaccel.core.json import dumps, loads

EXAMPLES = Path(__file__).parents[2] / "example_project"
SECONDS = 10


@pytest.fixture(scope="module", params=["fastapi", "flask"])
def site(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    sys.path.insert(0, str(EXAMPLES))
    try:
        serve = {"fastapi": serve_fastapi, "flask": serve_flask}[request.param]
        yield from serve()
    finally:
        sys.path.remove(str(EXAMPLES))


def serve_fastapi() -> Iterator[httpx.Client]:
    from beside.fastapi_app import app

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + SECONDS
    while not server.started and time.monotonic() < end:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS) as client:
        yield client
    server.should_exit = True
    thread.join(SECONDS)


def serve_flask() -> Iterator[httpx.Client]:
    from beside.flask_app import app

    class Silent(WSGIRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with make_server("127.0.0.1", 0, app, handler_class=Silent) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        with httpx.Client(base_url=url, timeout=SECONDS) as client:
            yield client
        server.shutdown()
        thread.join(SECONDS)


@pytest.mark.parametrize("coding", ["zstd", "br", "gzip", "deflate"])
def test_books(site, coding):
    from beside.content import books

    got = site.get("/books/100", headers={"Accept-Encoding": coding})
    assert got.content == dumps(books(100))
    assert got.headers["content-encoding"] == coding
    assert got.headers["content-type"] == "application/json"
    assert got.headers["vary"] == "Accept-Encoding"
    assert got.headers["server-timing"].startswith("total;dur=")


def test_signed_webhooks(site):
    from beside.content import WEBHOOKS

    body = dumps({"event": "push"})
    secret = WEBHOOKS["/hooks/"]["secrets"].encode()
    signed = {"X-Hub-Signature-256": f"sha256={hmac.digest(secret, body, hashlib.sha256).hex()}"}
    signed["Content-Type"] = "application/json"
    got = site.post("/hooks/", content=body, headers=signed)
    assert (got.status_code, loads(got.content)) == (200, {"seen": {"event": "push"}})
    for headers in ({}, signed | {"X-Hub-Signature-256": "sha256=00"}):
        assert site.post("/hooks/", content=body, headers=headers).status_code == 401


def test_passwords_are_hashed_and_guessing_is_limited(site):
    from beside.content import ACCOUNTS

    ACCOUNTS.clear()
    right = {"name": "ada", "password": "correct horse \N{SNOWMAN}"}
    assert site.post("/accounts/", json=right).status_code == 201
    assert ACCOUNTS["ada"].startswith("argon2$argon2id$")
    assert site.post("/accounts/", json=right).status_code == 409
    wrong = [right | {"password": "x"}, right | {"name": "bob"}, {"name": "ada"}]
    got = [site.post("/login/", json=sent) for sent in (right, *wrong, right, right)]
    assert [each.status_code for each in got] == [200, 401, 401, 422, 200, 429]
    assert loads(got[0].content) == {"name": "ada"}
    assert int(got[-1].headers["retry-after"]) <= 12
    assert got[-1].headers["content-type"] == "application/problem+json"
    assert got[-1].headers["server-timing"].startswith("total;dur=")
    assert site.get("/books/1").headers["ratelimit-policy"] == '"1000/m";q=1000;w=60'


def test_numbers_are_summed_up(site):
    got = site.post("/summary/", json=[4, 1.0, 3])
    said = loads(got.content)
    assert said.pop("deviation") == pytest.approx(1.247219)
    assert said == {"size": 3, "mean": 8 / 3, "minimum": 1.0, "median": 3.0, "maximum": 4.0}
    for wrong in ("[]", '["x"]', "5", '[1, {"a": 2}]'):
        headers = {"Content-Type": "application/json"}
        assert site.post("/summary/", content=wrong, headers=headers).status_code == 422, wrong


@pytest.mark.parametrize(
    "accept", ["", ",", "gzip;q=", "\x80;;q=9", "gzip;" * 500, "zstd;q=0.5;q=;q", "*;*;=,=;"]
)
def test_odd_headers_are_no_error(site, accept):
    got = site.get("/books/3", headers={"Accept-Encoding": accept.encode("latin-1")})
    assert got.status_code == 200
    assert len(loads(got.content)) == 3


def test_routes_are_counted_not_paths(site):
    for count in range(5):
        site.get(f"/books/{count}")
    from django_rustaccel.core.timing import request_times

    routes = {each.route for each in request_times().collect() if each.status == "200"}
    assert routes & {"/books/{count}", "/books/<int:count>"}
    assert "/books/4" not in routes


WITHOUT_SETTINGS = """
import sys
sys.path.insert(0, sys.argv[1])
import asyncio, httpx
from beside import fastapi_app, flask_app
sent = {"json": {"name": "ada", "password": "x"}}
expected = [401] * 5 + [429]
client = flask_app.app.test_client()
assert client.get("/books/3").status_code == 200
assert [client.post("/login/", **sent).status_code for _ in range(6)] == expected
async def run():
    transport = httpx.ASGITransport(fastapi_app.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/books/3")).status_code == 200
        got = [await client.post("/login/", **sent) for _ in range(6)]
        assert [each.status_code for each in got] == expected
asyncio.run(run())
from django.conf import settings
assert not settings.configured
print("done")
"""


def test_neither_application_needs_settings_of_django(monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    command = [sys.executable, "-c", WITHOUT_SETTINGS, str(EXAMPLES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
