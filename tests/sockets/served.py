"""The application that the tests serve by uvicorn and Daphne."""

import json
import os
from pathlib import Path

import django
from channels.generic import websocket as stock
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

settings.configure(
    DATABASES={},
    INSTALLED_APPS=["django_rustaccel"],
    SECRET_KEY="only the tests use this key",
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                # Some versions of redis-py time out as soon as channels_redis, which waits for 5 s.
                "hosts": [{"address": os.environ["SERVED_REDIS"], "socket_timeout": 15}],
                "prefix": os.environ["SERVED_PREFIX"],
                "capacity": 10_000,
            },
        }
    },
)
django.setup()

from django import forms  # noqa: E402
from django.urls import path  # noqa: E402

from django_rustaccel.channels import (  # noqa: E402
    AsyncJsonWebsocketConsumer,
    JsonWebsocketConsumer,
    MessagePipeline,
    broadcast,
    broadcast_sync,
)
from django_rustaccel.ratelimit import Limiter  # noqa: E402
from django_rustaccel.validation import Validator  # noqa: E402


class Order(forms.Form):
    count = forms.IntegerField(max_value=9)


class Echo(AsyncJsonWebsocketConsumer):
    async def receive_json(self, content, **kwargs):
        await self.send_json(content)


class SyncEcho(JsonWebsocketConsumer):
    def receive_json(self, content, **kwargs):
        self.send_json(content)


class StockEcho(stock.AsyncJsonWebsocketConsumer):
    async def receive_json(self, content, **kwargs):
        await self.send_json(content)


class Limited(Echo):
    max_size = 1000
    max_depth = 5
    limiter = Limiter("20/h")
    validator = Validator(Order)


class Member(AsyncJsonWebsocketConsumer):
    groups = ["members"]

    async def receive_json(self, content, **kwargs):
        await broadcast("members", content)


class SyncMember(JsonWebsocketConsumer):
    groups = ["members"]

    def receive_json(self, content, **kwargs):
        broadcast_sync("members", content)


def write_down(batch):
    lines = [f"{message.data['n']}\n" for message in batch]
    with Path(os.environ["SERVED_LOG"]).open("a") as log:
        log.write("".join(lines))


class Piped(AsyncJsonWebsocketConsumer):
    pipeline = MessagePipeline(write_down, capacity=10, batch_size=5)

    async def receive(self, text_data=None, bytes_data=None, **kwargs):
        await super().receive(text_data, bytes_data, **kwargs)
        with Path(os.environ["SERVED_LOG"]).with_suffix(".accepted").open("a") as log:
            log.write(f"{json.loads(text_data)['n']}\n")


CONSUMERS = [Echo, SyncEcho, StockEcho, Limited, Member, SyncMember, Piped]
ROUTES = [path(consumer.__name__.lower(), consumer.as_asgi()) for consumer in CONSUMERS]
application = ProtocolTypeRouter({"websocket": URLRouter(ROUTES)})
