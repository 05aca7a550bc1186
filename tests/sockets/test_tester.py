"""`manage.py rustaccel ws`: load for a server, and what is said of it."""

import asyncio
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from websockets.asyncio.server import serve
from websockets.http11 import Response

from django_rustaccel.websocket_tester import Report, is_loopback

QUICK = ("--seconds", "0.3", "--connections", "3", "--timeout", "1")


async def echo(socket: Any) -> None:
    async for message in socket:
        await socket.send(message)


@contextmanager
def serving(handler: Any = echo, **options: Any) -> Iterator[str]:
    """The URL of a server in another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> Any:
        return await serve(handler, "127.0.0.1", 0, **options)

    async def stop() -> None:
        server.close()
        await server.wait_closed()

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(5)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def run(*args: str) -> tuple[str, str, int]:
    """Standard output, what is wrong, and the exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("rustaccel", "ws", *args, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    return out.getvalue(), err.getvalue(), code


def report_of(*args: str) -> tuple[dict[str, Any], int]:
    out, _, code = run(*args, *QUICK, "--json")
    return json.loads(out), code


def test_as_fast_as_answers_come(tmp_path):
    messages = tmp_path / "messages.jsonl"
    messages.write_text('{"n": 1}\n\n{"n": 2, "text": "é"}\n')
    got = set()

    async def handler(socket):
        async for message in socket:
            got.add(message)
            await socket.send(message)

    with serving(handler) as url:
        report, code = report_of(url, "--payload", str(messages))
    assert code == 0
    assert report["connected"] == 3
    assert report["errors"] == {}
    assert report["sent"] == report["answered"] > 30
    assert got == {'{"n": 1}', '{"n": 2, "text": "é"}'}
    latency = report["latency_ms"]
    assert list(latency) == ["p50", "p90", "p95", "p99", "max"]
    assert 0 < latency["p50"] <= latency["p90"] <= latency["p95"] <= latency["p99"]
    assert report["messages_per_second"] == pytest.approx(
        report["sent"] / report["seconds"], rel=0.01
    )


def test_at_a_rate():
    with serving() as url:
        report, code = report_of(url, "--rate", "20")
    assert code == 0
    assert report["sent"] == report["answered"] == 18


def test_a_slow_server_is_not_let_off():
    """One that stops for a while delays all messages that were due meanwhile."""

    async def handler(socket):
        await asyncio.sleep(0.2)
        await echo(socket)

    with serving(handler) as url:
        report, _ = report_of(url, "--rate", "50")
    assert report["latency_ms"]["p50"] > 20
    assert report["latency_ms"]["max"] > 150


def test_without_answers():
    async def handler(socket):
        async for _ in socket:
            pass

    with serving(handler) as url:
        report, code = report_of(url, "--no-answers", "--rate", "50")
        assert (report["sent"], report["answered"], code) == (45, 0, 0)
        report, code = report_of(url)
    assert (report["errors"], code) == ({"no answer in time": 3}, 1)


def test_connections_that_the_server_ends():
    async def handler(socket):
        await socket.recv()
        await socket.close(4009, "too large")

    with serving(handler) as url:
        report, code = report_of(url)
    assert (report["errors"], code) == ({"closed: 4009 too large": 3}, 1)


def test_refusals_and_redirects():
    for status, headers in ((403, {}), (302, {"Location": "ws://127.0.0.1:9/"})):

        def answer(connection, request, status=status, headers=headers):
            response: Response = connection.respond(status, "no")
            response.headers.update(headers)
            return response

        with serving(process_request=answer) as url:
            report, code = report_of(url)
        assert (report["errors"], code) == ({f"refused: HTTP {status}": 3}, 1)
        assert report["sent"] == 0


def test_no_server():
    with serving() as url:
        pass
    report, code = report_of(url)
    assert code == 1
    assert sum(report["errors"].values()) == 3
    assert report["latency_ms"] == {}


def test_headers_and_subprotocols():
    seen = []

    async def handler(socket):
        seen.append((socket.request.headers["Cookie"], socket.subprotocol))
        await echo(socket)

    with serving(handler, subprotocols=["chat"]) as url:
        args = (url, "--header", "Cookie: sessionid=1", "--subprotocol", "chat")
        assert report_of(*args)[1] == 0
    assert seen == [("sessionid=1", "chat")] * 3


def test_the_text_for_people():
    with serving() as url:
        out, err, code = run(url, *QUICK)
    assert (err, code) == ("", 0)
    assert f"{url}: 3 of 3 connected" in out
    assert "messages/s" in out
    assert "p99" in out


def test_progress_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    err = Terminal()
    with serving() as url:
        call_command("rustaccel", "ws", url, "--seconds", "1", stdout=io.StringIO(), stderr=err)
    assert "10/10 connected" in err.getvalue()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["ws://example.com/"], "ws://example.com/ is not on this machine"),
        (["ws://10.0.0.1:8000/"], "--allow-remote"),
        (["http://127.0.0.1/"], "is no WebSocket URL"),
        (["ws:///path"], "is no WebSocket URL"),
        (["ws://127.0.0.1/", "--payload", "/nowhere"], "/nowhere"),
        (["ws://127.0.0.1/", "--payload", "/dev/null"], "has no messages"),
        (["ws://127.0.0.1/", "--connections", "0"], "not above 0"),
        (["ws://127.0.0.1/", "--rate", "nan"], "not above 0"),
        (["ws://127.0.0.1/", "--header", "odd"], "is no header"),
    ],
)
def test_wrong_calls(args, said):
    out, err, code = run(*args)
    assert said in err
    assert out == ""
    assert code in (1, 2)  # argparse's own exit is 1 when it is called from Python.


@pytest.mark.parametrize(
    ("url", "is_near"),
    [
        ("ws://localhost:8000/", True),
        ("wss://127.3.2.1/", True),
        ("ws://[::1]:1/", True),
        ("ws://0.0.0.0/", False),
        ("ws://127.0.0.1.example.com/", False),
        ("ws://127.0.0.1@example.com/", False),
        ("ws://localhost.example.com/", False),
    ],
)
def test_loopback(url, is_near):
    assert is_loopback(url) is is_near


def test_percentiles():
    report = Report()
    report.latencies.extend(number / 1000 for number in range(101))
    assert report.percentiles() == {"p50": 50, "p90": 90, "p95": 95, "p99": 99, "max": 100}


def test_without_websockets():
    code = (
        "import sys; sys.modules['websockets'] = None\n"
        "try:\n    import django_rustaccel.websocket_tester\n"
        "except ImportError as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "websockets is not installed: pip install 'django-rustaccel[channels]'\n"
