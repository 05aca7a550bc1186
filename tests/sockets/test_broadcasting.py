"""Broadcasts: one text for all members of a group."""

import asyncio
import json
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import sync_to_async
from channels.exceptions import InvalidChannelLayerError
from channels.generic import websocket as stock
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import override_settings

from django_rustaccel.channels import (
    AsyncBroadcastMixin,
    AsyncJsonWebsocketConsumer,
    BroadcastMixin,
    JsonWebsocketConsumer,
    broadcast,
    broadcast_sync,
    broadcasting,
)
from sockets.talking import IN_MEMORY

DATA = {"price": 12.5, "name": "é", "none": None}


class Member(AsyncJsonWebsocketConsumer):
    groups = ["all"]


class SyncMember(JsonWebsocketConsumer):
    groups = ["all"]


class StockMember(stock.AsyncJsonWebsocketConsumer):
    groups = ["all"]

    async def chat_text(self, event):
        await self.send(text_data=event["text"])

    async def chat_data(self, event):
        await self.send_json(event["data"])


class MixedMember(AsyncBroadcastMixin, stock.AsyncWebsocketConsumer):
    groups = ["all"]


class MixedSyncMember(BroadcastMixin, stock.WebsocketConsumer):
    groups = ["all"]


class OursOfChat(StockMember, AsyncJsonWebsocketConsumer):
    pass


def received(members: list[Any], send: Any) -> list[Any]:
    """What each member gets of what `send` sends."""

    async def run() -> list[Any]:
        talks = [WebsocketCommunicator(member.as_asgi(), "/") for member in members]
        for talk in talks:
            await talk.connect()
        await send()
        texts = [await talk.receive_from(5) for talk in talks]
        for talk in talks:
            await talk.disconnect()
        return texts

    with IN_MEMORY:
        return asyncio.run(run())


MEMBERS = [Member, SyncMember, MixedMember, MixedSyncMember]


def test_all_members_get_the_text_that_channels_would_send():
    with mock.patch.object(broadcasting, "encode", wraps=broadcasting.encode) as encode:
        texts = received(MEMBERS * 3, lambda: broadcast("all", DATA))
    assert texts == [stock.JsonWebsocketConsumer.encode_json(DATA)] * len(MEMBERS) * 3
    assert encode.call_count == 1


def test_from_code_that_is_not_async():
    texts = received(MEMBERS, lambda: sync_to_async(broadcast_sync)("all", DATA))
    assert texts == [json.dumps(DATA)] * len(MEMBERS)


def test_bytes_are_json_already():
    assert received([Member], lambda: broadcast("all", '{"é":1}'.encode())) == ['{"é":1}']


def test_beside_stock_consumers():
    def send() -> Any:
        return broadcast("all", DATA, message_type="chat.text")

    assert received([StockMember, OursOfChat], send) == [json.dumps(DATA)] * 2


def test_messages_of_others_reach_our_members():
    def send() -> Any:
        return get_channel_layer().group_send("all", {"type": "chat.data", "data": DATA})

    assert received([StockMember, OursOfChat], send) == [json.dumps(DATA)] * 2


def test_what_json_has_no_form_for():
    with IN_MEMORY, pytest.raises(TypeError, match="set is not JSON serializable"):
        broadcast_sync("all", {1, 2})


@override_settings(CHANNEL_LAYERS={})
def test_without_a_layer():
    with pytest.raises(InvalidChannelLayerError, match="'default'"):
        broadcast_sync("all", 1)
