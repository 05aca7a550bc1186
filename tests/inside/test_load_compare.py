"""`manage.py rustaccel load --compare`: stock and accelerated in turns, and the same bytes."""

from unittest import mock

import pytest

from django_rustaccel.load import clients, comparison, plan
from inside.commands import run
from inside.loads import ONCE, load_json
from servers.running import on_real_servers, running


class TestComparing:
    def test_both_in_turns(self, server):
        data, err, code = load_json(
            f"{server.url}/both", "--compare", "--requests", "20", "--warm-up", "0"
        )
        assert (err, code) == ("", 0)
        target = data["targets"][0]
        assert target["same"] is True
        assert list(target["results"]) == ["stock", "accelerated"]
        stock, ours = target["results"].values()
        assert stock["requests"] == ours["requests"] == 20
        ratio = target["ratio"]["requests_per_second"]
        expected = ours["requests_per_second"] / stock["requests_per_second"]
        assert ratio == pytest.approx(expected, abs=0.01)

    def test_what_is_said_of_it(self, server):
        out, _, code = run("load", f"{server.url}/both", *ONCE, "--compare")
        assert code == 0
        assert out.splitlines()[-1] == "the same bytes"
        assert " times as many requests a second, p50 " in out.splitlines()[-2]

    def test_sides_take_turns_at_going_first(self):
        turns = []
        sides = comparison.sides(True)
        load = plan.Load([plan.Target("http://127.0.0.1/")], requests=10, seconds=None)
        with mock.patch.object(
            clients.Turn, "run", lambda turn, tick: turns.append((turn.extra, turn.load.requests))
        ):
            comparison.run(load, sides, 0, lambda label, turn: None)
        assert [extra["X-Rustaccel"] for extra, _ in turns] == [
            "off", "on", "on", "off", "off", "on", "on", "off", "off", "on"
        ]  # fmt: skip
        assert {requests for _, requests in turns} == {2}

    def test_other_bytes_are_an_error(self, server):
        out, err, code = run("load", f"{server.url}/differs", *ONCE, "--compare")
        assert code == 1
        assert "NOT the same bytes" in out
        assert "not the same bytes: first difference at byte 6, .a" in err

    def test_other_heads_are_an_error(self, server):
        _, err, code = run("load", f"{server.url}/typed", *ONCE, "--compare")
        assert code == 1
        assert "stock answers [200, 'text/off'], accelerated [200, 'text/on']" in err

    def test_what_changes_by_itself_is_not_compared(self, server):
        data, err, code = load_json(f"{server.url}/changes", *ONCE, "--compare")
        assert (err, code) == ("", 0)
        assert data["targets"][0]["same"] is None
        assert data["targets"][0]["detail"] == "stock itself answers something else every time"

    def test_a_server_that_does_not_allow_it(self, server):
        out, err, code = run("load", f"{server.url}/ok", *ONCE, "--compare")
        assert (out, code) == ("", 1)
        assert "StockHeaderMiddleware" in err
        assert 'RUSTACCEL["ALLOW_STOCK_HEADER"]' in err


class TestRealServers:
    pytestmark = on_real_servers

    @pytest.mark.parametrize("name", ["gunicorn", "uvicorn"])
    def test_stock_and_accelerated(self, name, tmp_path):
        settings = {"ACCELERATE_DRF": True, "ALLOW_STOCK_HEADER": True}
        with running(name, tmp_path, site="inside.served", **settings) as site:
            url = f"http://127.0.0.1:{site.address[1]}/lines/"
            options = ["--requests", "50", "--concurrency", "4", "--timeout", "60"]
            data, err, code = load_json(url, *options, "--compare")
            assert (err, code) == ("", 0), site.log
            assert data["targets"][0]["same"] is True
            for result in data["targets"][0]["results"].values():
                assert result["statuses"] == {"200": 50}

    def test_without_the_setting(self, tmp_path):
        with running("gunicorn", tmp_path, site="inside.served", ACCELERATE_DRF=True) as site:
            url = f"http://127.0.0.1:{site.address[1]}/lines/"
            _, err, code = run("load", url, *ONCE, "--compare", "--timeout", "60")
            assert code == 1
            assert "ALLOW_STOCK_HEADER" in err
