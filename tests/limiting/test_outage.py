"""A Redis that goes away and comes back: what is said meanwhile, how fast, and who hears of it."""

import asyncio
import logging
import socket
import time

import pytest

from django_rustaccel.core.limiting import Limiter, outage
from django_rustaccel.ratelimit import storage_failed, storage_recovered

#: Seconds a call may take beyond the timeout, on a busy machine.
PATIENCE = 5


@pytest.fixture
def told():
    """What the signals say."""
    heard = []

    def failed(sender, storage, error, **kwargs):
        heard.append(("failed", storage))

    def recovered(sender, storage, **kwargs):
        heard.append(("recovered", storage))

    storage_failed.connect(failed)
    storage_recovered.connect(recovered)
    yield heard
    storage_failed.disconnect(failed)
    storage_recovered.disconnect(recovered)


@pytest.fixture
def impatient(monkeypatch):
    """Ask a storage that did not answer again at once."""
    monkeypatch.setattr(outage, "PAUSE", 0.0)


@pytest.mark.parametrize(("choice", "passes"), [("open", 6), ("closed", 0), ("local", 3)])
def test_nobody_answers(port, choice, passes, told, caplog):
    url = f"redis://user:secret@127.0.0.1:{port}/1"
    limiter = Limiter("3/h", url, on_storage_error=choice)
    with caplog.at_level(logging.INFO, "django_rustaccel.ratelimit"):
        decisions = [limiter.hit("key") for _ in range(6)]
        peeked = limiter.peek("key")
    assert sum(decision.allowed for decision in decisions) == passes
    assert peeked.limit == 3
    # One line and one signal for all of them, and no secret in either.
    (record,) = caplog.records
    assert f"redis://127.0.0.1:{port}/1 does not answer" in record.getMessage()
    assert "secret" not in caplog.text
    assert told == [("failed", f"redis://127.0.0.1:{port}/1")]


@pytest.mark.parametrize("choice", ["open", "closed", "local"])
def test_nobody_answers_on_an_event_loop(port, choice):
    limiter = Limiter("3/h", f"redis://127.0.0.1:{port}/2", on_storage_error=choice)

    async def run():
        return [(await limiter.ahit("key")).allowed for _ in range(5)]

    expected = {"open": 5, "closed": 0, "local": 3}
    assert sum(asyncio.run(run())) == expected[choice]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_server_that_accepts_and_says_nothing(is_async):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limiter = Limiter("3/h", f"redis://127.0.0.1:{silent.getsockname()[1]}")
        started = time.monotonic()
        # A task as the pause is not over: the second one does not wait at all.
        for _ in range(20):
            decision = asyncio.run(limiter.ahit("key")) if is_async else limiter.hit("key")
            assert decision.allowed
        assert time.monotonic() - started < PATIENCE


def test_a_server_stops_and_starts_under_load(server, impatient, told, caplog):
    url = f"redis://127.0.0.1:{server.port}"
    limiter = Limiter("1000/h", url, on_storage_error="closed")
    with caplog.at_level(logging.INFO, "django_rustaccel.ratelimit"):
        assert limiter.hit("key").remaining == 999
        server.stop()
        assert [limiter.hit("key").allowed for _ in range(5)] == [False] * 5
        server.start()
        assert limiter.hit("key").remaining == 999
        assert limiter.hit("key").remaining == 998
        server.stop()
        assert not limiter.hit("key")
        server.start()
        assert limiter.hit("key").allowed
    assert [what for what, _ in told] == ["failed", "recovered"] * 2
    levels = [record.levelname for record in caplog.records]
    assert levels == ["ERROR", "INFO"] * 2


def test_a_restarted_server_is_no_outage(server, told):
    """A connection that was closed meanwhile is opened anew, and the script sent again."""
    limiter = Limiter("10/h", f"redis://127.0.0.1:{server.port}", on_storage_error="closed")
    assert limiter.hit("key").allowed
    server.stop()
    server.start()
    assert limiter.hit("key").allowed
    assert told == []


def test_a_receiver_that_raises_harms_nobody(port, caplog):
    def receiver(**kwargs):
        raise RuntimeError("in the receiver")

    storage_failed.connect(receiver)
    try:
        assert Limiter("3/h", f"redis://127.0.0.1:{port}/3").hit("key").allowed
    finally:
        storage_failed.disconnect(receiver)
