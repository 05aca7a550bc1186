"""Old database connections are closed before a message, as Channels closes them."""

import asyncio
import json
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import sync_to_async
from channels import consumer as channels_consumer
from channels.db import database_sync_to_async
from channels.generic import websocket as stock
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from django_rustaccel import disabled
from django_rustaccel.channels import AsyncJsonWebsocketConsumer
from django_rustaccel.channels.connections import IS_KNOWN_DISPATCH, none_is_open
from sockets.talking import answers, talk

FRAMES = ["{}", '{"open": true}', "{}", "{}", '{"open": true}', '{"query": true}', "{}"]


def opened() -> None:
    """As ORM methods in async code leave it: nobody closes behind them."""
    connections["other"].ensure_connection()


def queried() -> None:
    with connections["other"].cursor() as cursor:
        cursor.execute("SELECT 1")


class Opening:
    async def receive_json(self, content, **kwargs):
        if "open" in content:
            await sync_to_async(opened)()
        if "query" in content:
            await database_sync_to_async(queried)()
        await self.send_json([])


def closings(base: Any) -> list[Any]:
    """Each time that an open connection was looked at, and how it was left."""
    seen = []
    close = BaseDatabaseWrapper.close_if_unusable_or_obsolete

    def closed(self):
        was_open = self.connection is not None
        # One in memory is never closed: let this one be forgotten as others are.
        with mock.patch.object(type(self), "is_in_memory_db", return_value=False):
            close(self)
        if was_open:
            seen.append((self.alias, self.connection is None))

    with mock.patch.object(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", closed):
        said = answers(type("Consumer", (Opening, base), {}), *FRAMES)
    assert [message["text"] for message in said] == ["[]"] * len(FRAMES)
    return seen


@pytest.mark.django_db(transaction=True, databases=["default", "other"])
def test_what_is_open_is_closed_as_in_channels():
    expected = closings(stock.AsyncJsonWebsocketConsumer)
    assert closings(AsyncJsonWebsocketConsumer) == expected
    assert expected == [("other", True)] * len(expected)
    assert len(expected) >= 3


def test_nobody_goes_to_a_thread_in_vain():
    assert IS_KNOWN_DISPATCH

    async def ways() -> int:
        with mock.patch.object(
            channels_consumer,
            "aclose_old_connections",
            wraps=channels_consumer.aclose_old_connections,
        ) as close:
            await talk(type("Consumer", (Opening, AsyncJsonWebsocketConsumer), {}), "{}", "{}")
            return close.call_count

    async def main() -> None:
        # The tests' own connections count as well.
        with mock.patch("django_rustaccel.channels.connections._known", set()):
            assert await none_is_open()
            assert await ways() == 0
            with disabled():
                assert await ways() == 4

    asyncio.run(main())


@pytest.mark.parametrize("base", [AsyncJsonWebsocketConsumer, stock.AsyncJsonWebsocketConsumer])
def test_messages_of_unknown_types(base):
    class Odd(base):
        async def receive(self, text_data=None, bytes_data=None, **kwargs):
            await self.dispatch(json.loads(text_data))

    expected = [(ValueError, "No handler for message type odd.type")]
    assert answers(Odd, '{"type": "odd.type"}') == expected
    malformed = "Malformed type in message (leading underscore)"
    assert answers(Odd, '{"type": "_odd"}') == [(ValueError, malformed)]
    assert answers(Odd, "{}") == [(ValueError, "Incoming message has no 'type' attribute")]
