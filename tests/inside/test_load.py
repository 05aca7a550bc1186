"""`manage.py rustaccel load`: what it sends, what it counts, and how it exits."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from django_rustaccel.load import clients, comparison, plan
from django_rustaccel.load.tally import Tally
from inside.commands import TESTS, Terminal, run
from inside.loads import ONCE, load_json

CONNECT = http.client.HTTPConnection.connect


class TestCounting:
    def test_so_many_requests(self, server):
        data, err, code = load_json(
            f"{server.url}/ok", "--requests", "50", "--concurrency", "4", "--warm-up", "0"
        )
        assert (err, code) == ("", 0)
        found = data["targets"][0]["results"]["all"]
        assert found["requests"] == 50
        assert found["statuses"] == {"200": 50}
        assert found["body_bytes"] == 250
        assert found["errors"] == {}
        assert found["requests_per_second"] == pytest.approx(50 / found["seconds"], rel=0.05)
        latencies = list(found["latency_ms"].values())
        assert list(found["latency_ms"]) == ["min", "p50", "p90", "p95", "p99", "max"]
        assert latencies == sorted(latencies)
        assert latencies[0] > 0
        assert server.seen["/ok"] == 51  # and one to see whether somebody is there
        assert data["loop"] == "closed"
        assert data["corrects_coordinated_omission"] is False

    def test_for_so_long(self, server):
        started = time.monotonic()
        data, _, code = load_json(f"{server.url}/ok", "--duration", "0.3", "--warm-up", "0.2")
        assert code == 0
        found = data["total"]["results"]["all"]
        assert 0.3 <= found["seconds"] <= time.monotonic() - started - 0.2
        assert 0 < found["requests"] < server.seen["/ok"] - 1  # the warm-up does not count

    def test_urls_in_turn(self, server):
        data, _, _ = load_json(
            "/one", "/two?q=ü", "--base", server.url, "--requests", "20", "--warm-up", "0"
        )
        counts = [target["results"]["all"]["requests"] for target in data["targets"]]
        assert counts == [10, 10]
        assert data["total"]["results"]["all"]["requests"] == 20
        assert server.seen == {"/one": 11, "/two?q=%C3%BC": 11}

    def test_connections_are_kept(self, server):
        with mock.patch.object(http.client.HTTPConnection, "connect", autospec=True) as connect:
            connect.side_effect = CONNECT
            load_json(f"{server.url}/ok", "--requests", "30", "-c", "3", "--warm-up", "0")
        assert connect.call_count <= 4

    def test_the_table(self, server):
        out, err, code = run("load", f"{server.url}/ok", *ONCE)
        assert (err, code) == ("", 0)
        lines = out.splitlines()
        assert lines[0] == (
            "1 client, a closed loop: each waits for its answer before it asks again"
        )
        assert lines[2] == f"GET {server.url}/ok"
        assert lines[3].split() == [
            "requests", "/s", "kB/s", "min", "ms", "p50", "p90", "p95", "p99", "max", "status"
        ]  # fmt: skip
        assert lines[4].startswith("all  1 ")
        assert lines[4].endswith("200: 1")


class TestRequests:
    def test_a_body_is_posted_as_json(self, server, tmp_path):
        (tmp_path / "body.json").write_text('{"a": "é"}', "utf-8")
        assert run("load", f"{server.url}/", *ONCE, "--body", f"@{tmp_path}/body.json")[2] == 0
        method, headers, body = server.last
        assert (method, headers["Content-Type"]) == ("POST", "application/json")
        assert body == '{"a": "é"}'.encode()

    def test_method_and_headers_are_the_users(self, server):
        said = ["-H", "content-type: text/csv", "-H", "X-A: é", "-H", "Host: shop"]
        assert run("load", f"{server.url}/", *ONCE, *said, "-X", "patch", "--body", "a,b")[2] == 0
        method, headers, body = server.last
        assert (method, body) == ("PATCH", b"a,b")
        assert headers["content-type"] == "text/csv"
        assert headers["Host"] == "shop"
        assert "Content-Type" not in headers

    def test_redirects_are_not_followed(self, server):
        _, err, code = run("load", f"{server.url}/status/302", *ONCE)
        assert (err, code) == ("all: 1 x status 302", 1)
        assert "/elsewhere" not in server.seen


class TestExitCodes:
    @pytest.mark.parametrize(
        ("accepted", "code"), [([], 1), (["404"], 0), (["4XX"], 0), (["403"], 1), (["5xx"], 1)]
    )
    def test_statuses(self, server, accepted, code):
        options = [word for each in accepted for word in ("--accept-status", each)]
        assert run("load", f"{server.url}/status/404", *ONCE, *options)[2] == code

    def test_lost_connections(self, server):
        data, err, code = load_json(f"{server.url}/drops", *ONCE)
        message = "RemoteDisconnected: Remote end closed connection without response"
        assert data["total"]["results"]["all"]["errors"] == {message: 1}
        assert (err, code) == (f"all: 1 x {message}", 1)

    def test_errors_stand_under_the_table(self, server):
        out, _, _ = run("load", f"{server.url}/drops", *ONCE)
        assert "all went wrong:\n  1 x RemoteDisconnected: " in out

    def test_answers_that_do_not_come(self, server):
        _, err, code = run("load", f"{server.url}/stalls", *ONCE, "--timeout", "0.2")
        assert (err, code) == ("all: 1 x no answer in time", 1)

    def test_more_clients_than_the_system_allows(self, server):
        system = mock.Mock(Event=threading.Event)
        system.Thread.return_value.start.side_effect = RuntimeError("can't start new thread")
        with mock.patch.object(clients, "threading", system):
            _, err, code = run("load", f"{server.url}/ok", *ONCE)
        assert (err, code) == ("--concurrency 1: can't start new thread.", 2)

    def test_nobody_is_there(self):
        _, err, code = run("load", "http://127.0.0.1:1/", *ONCE)
        assert (err, code) == (
            "http://127.0.0.1:1/: ConnectionRefusedError: Connection refused",
            1,
        )

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            (["ftp://127.0.0.1/"], "is no URL"),
            (["127.0.0.1:8000"], "is no URL"),
            (["http://127.0.0.1:99999/"], "Port out of range"),
            (["http://[::1/"], "is no URL"),
            (["http://a:b@127.0.0.1/"], "has a user"),
            (["http://example.com/"], "example.com is not this machine: --allow-host example.com"),
            (["/x", "--base", "http://10.0.0.1"], "10.0.0.1 is not this machine"),
            (["/x", "--method", "GE T"], "is no method"),
            (["/x", "--header", "a: \N{SNOWMAN}"], "cannot be sent"),
            (["/x", "--header", "a: b\r\nc: d"], "cannot be sent"),
            (["/x", "--header", "a b: c"], "is no name of a header"),
        ],
    )
    def test_what_cannot_be_asked(self, args, said):
        _, err, code = run("load", *args)
        assert code == 2
        assert said in err

    @pytest.mark.parametrize(
        ("args", "said"),
        [
            ([], "required: URL"),
            (["/x", "--concurrency", "0"], "'0' is not above 0"),
            (["/x", "--duration", "0"], "'0' is not above 0"),
            (["/x", "--warm-up=-1"], "'-1' is below 0"),
            (["/x", "--requests", "1.5"], "invalid number value: '1.5'"),
            (["/x", "--accept-status", "7xx"], "'7xx' is no status code"),
            (["/x", "--accept-status", "x04"], "'x04' is no status code"),
            (["/x", "--header", "nothing"], "'nothing' is no header"),
            (["/x", "--body", "@/no/such/file"], "/no/such/file: No such file"),
        ],
    )
    def test_a_wrong_call(self, args, said):
        # From Python argparse's own exit becomes a CommandError.
        with pytest.raises(CommandError, match=re.escape(said)):
            call_command("rustaccel", "load", *args)


class TestHosts:
    @pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LOCALHOST"])
    def test_this_machine(self, host):
        assert plan.strangers([plan.Target(f"http://{host}:1/")], []) == []

    @pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example.com", "127.0.0.1.example.com"])
    def test_others_by_name_only(self, host):
        targets = [plan.Target(f"http://{host}/")]
        assert plan.strangers(targets, []) == [host]
        assert plan.strangers(targets, ["another"]) == [host]
        assert plan.strangers(targets, [host.upper()]) == []


class TestJson:
    def test_a_file(self, server, tmp_path):
        file = tmp_path / "found.json"
        out, _, code = run("load", f"{server.url}/ok", *ONCE, "--json", str(file))
        assert code == 0
        assert "requests" in out
        assert json.loads(file.read_text("utf-8"))["total"]["results"]["all"]["requests"] == 1

    def test_a_file_that_cannot_be_written_loses_nothing(self, server, tmp_path):
        out, err, code = run("load", f"{server.url}/ok", *ONCE, "--json", str(tmp_path))
        assert "200: 1" in out
        assert (err, code) == (f"{tmp_path}: Is a directory", 1)

    def test_last_without_a_file(self, server):
        out, _, _ = run("load", f"{server.url}/ok", *ONCE, "--json")
        assert json.loads(out)["concurrency"] == 1


class TestOnATerminal:
    def test_a_line_says_how_it_goes(self, server):
        terminal = Terminal()
        run("load", f"{server.url}/ok", "--duration", "0.5", "--warm-up", "0.3", err=terminal)
        said = terminal.getvalue().split("\r\033[K")
        assert said[0] == ""
        assert re.match(
            r"warm-up: \d+\.\d of 0\.3 s  [\d,]+ requests?  [\d,]+/s  0 errors", said[1]
        )
        assert re.match(r"all: \d+\.\d of 0\.5 s  [\d,]+ requests?  [\d,]+/s  0 errors", said[-2])
        assert said[-1] == ""

    def test_busy_clients_are_told_of(self, server):
        with mock.patch.object(comparison.Side, "client_share", 3.0):
            _, err, code = run("load", f"{server.url}/ok", *ONCE)
        assert code == 0
        assert "all: the clients were busy 300 % of the time: the server can do more." in err


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT")
def test_an_interruption_shows_what_was_measured(server):
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "rustaccel", "load", f"{server.url}/ok", "--warm-up", "0"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": str(TESTS)},
        cwd=TESTS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while server.seen["/ok"] < 20 and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == "CommandError: Interrupted.\n"
    assert "200: " in out


def test_counts_of_clients_are_added():
    one, other = Tally(), Tally()
    one.latencies.append(0.5)
    other.latencies.extend([0.1, 0.3])
    other.statuses[200] += 2
    one.add(other)
    assert one.as_dict(2.0)["latency_ms"] == {
        "min": 100, "p50": 300, "p90": 500, "p95": 500, "p99": 500, "max": 500
    }  # fmt: skip
    assert one.as_dict(2.0)["requests_per_second"] == 1.5
    assert Tally().as_dict(0.0)["latency_ms"] == {}
