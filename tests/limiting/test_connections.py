"""Connections to Redis that are used without redis-py's client."""

import os

import pytest
import redis

from django_rustaccel.core.limiting.connections import Connections, packed
from limiting.storages import REDIS, need_redis

CLIENT_ID = b"*2\r\n" + packed(b"CLIENT", b"ID")


@pytest.fixture
def connections():
    need_redis()
    pool = redis.Redis.from_url(REDIS).connection_pool
    yield Connections(pool)
    pool.disconnect()


def echo(text):
    return b"*2\r\n" + packed(b"ECHO", text)


def test_one_connection_serves_calls_in_turn(connections):
    assert connections.ask(CLIENT_ID) == connections.ask(CLIENT_ID)
    assert connections.ask(echo(b"\r\n")) == b"\r\n"


def test_an_error_of_the_server_keeps_the_connection(connections):
    number = connections.ask(CLIENT_ID)
    with pytest.raises(redis.ResponseError):
        connections.ask(b"*1\r\n" + packed(b"NONSENSE"))
    assert connections.ask(CLIENT_ID) == number


def test_an_interrupted_call_leaves_no_answer_behind(connections, monkeypatch):
    def interrupt(self, *args, **kwargs):
        raise KeyboardInterrupt

    connections.ask(echo(b"first"))
    with monkeypatch.context() as patched:
        patched.setattr(redis.Connection, "read_response", interrupt)
        with pytest.raises(KeyboardInterrupt):
            connections.ask(echo(b"interrupted"))
    assert connections.ask(echo(b"last")) == b"last"


def test_an_idle_connection_that_the_server_closed(connections):
    number = connections.ask(CLIENT_ID)
    with redis.Redis.from_url(REDIS) as client:
        client.client_kill_filter(_id=number)
    assert connections.ask(CLIENT_ID) != number


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_has_connections_of_its_own(connections):
    number = connections.ask(CLIENT_ID)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"%d" % connections.ask(CLIENT_ID))
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(reading, 100)) != number
    assert connections.ask(CLIENT_ID) == number
