"""WebSocket messages: Channels' consumers and ours, inside this process.

One message is read when the one before has been answered, so that the time of one is its latency.
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from channels.generic import websocket as stock
from channels.layers import get_channel_layer
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework import serializers

from bench.race import race
from django_rustaccel.channels import (
    AsyncJsonWebsocketConsumer,
    JsonWebsocketConsumer,
    MessagePipeline,
    broadcast,
)
from django_rustaccel.channels.text import decode, encode
from django_rustaccel.validation import Validator
from sockets.talking import IN_MEMORY, SCOPE, talk

MEMBERS = 100
SMALL = {"type": "price", "symbol": "ACME", "price": 12.25, "volume": 1200}
LARGE = [{"id": n, "name": f"name {n}", "price": n / 4, "tags": ["a"]} for n in range(200)]
#: What is sent, and how often.
MESSAGES = {"small": (json.dumps(SMALL), 200), "large": (json.dumps(LARGE), 50)}
sizes = pytest.mark.parametrize("size", MESSAGES)


@pytest.fixture(scope="module")
def loop() -> Iterator[Any]:
    with IN_MEMORY, asyncio.Runner() as runner:
        yield runner


class Echo:
    def receive_json(self, content, **kwargs):
        self.send_json(content)


class AsyncEcho:
    async def receive_json(self, content, **kwargs):
        await self.send_json(content)


ECHOES = {
    "async": (AsyncEcho, stock.AsyncJsonWebsocketConsumer, AsyncJsonWebsocketConsumer, 2),
    "sync": (Echo, stock.JsonWebsocketConsumer, JsonWebsocketConsumer, 0.9),
}


@sizes
@pytest.mark.parametrize("kind", ECHOES)
def test_echo(benchmark: BenchmarkFixture, loop: Any, kind: str, size: str) -> None:
    echo, theirs, ours, goal = ECHOES[kind]
    text, count = MESSAGES[size]

    def work(base: Any) -> bytes:
        said = loop.run(talk(type("Echoing", (echo, base), {}), *[text] * count))
        assert len(said) == count
        return "\n".join(message["text"] for message in said).encode()

    race(
        benchmark,
        lambda: work(ours),
        stock=lambda: work(theirs),
        title=f"WebSocket: {count} messages of {len(text):,} bytes echoed, {kind} consumer",
        goal=goal,
    )


@sizes
def test_text(benchmark: BenchmarkFixture, size: str) -> None:
    text, _ = MESSAGES[size]
    race(
        benchmark,
        lambda: encode(decode(text)).encode(),
        stock=lambda: json.dumps(json.loads(text)).encode(),
        title=f"WebSocket: decode and encode a message of {len(text):,} bytes",
        goal=2,
    )


class Group:
    """Connections of a consumer; what they have sent is taken from them."""

    def __init__(self, consumer: Any) -> None:
        self.consumer = consumer
        self.texts: list[str] = []
        self.is_complete = asyncio.Event()

    async def join(self) -> None:
        self.tasks = [asyncio.create_task(self._member()) for _ in range(MEMBERS)]
        await asyncio.sleep(0.2)

    async def _member(self) -> None:
        connect = iter([{"type": "websocket.connect"}])

        async def receive() -> Any:
            return next(connect, None) or await asyncio.Event().wait()

        async def send(message: Any) -> None:
            if message["type"] == "websocket.send":
                self.texts.append(message["text"])
                if len(self.texts) == MEMBERS:
                    self.is_complete.set()

        await self.consumer.as_asgi()(dict(SCOPE), receive, send)

    async def taken(self, sending: Any) -> bytes:
        self.texts.clear()
        self.is_complete.clear()
        await sending
        await self.is_complete.wait()
        return "\n".join(self.texts).encode()

    async def leave(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class StockMember(stock.AsyncJsonWebsocketConsumer):
    groups = ["stock"]

    async def chat_data(self, event):
        await self.send_json(event["data"])


class Member(AsyncJsonWebsocketConsumer):
    groups = ["ours"]


@sizes
def test_broadcast(benchmark: BenchmarkFixture, loop: Any, size: str) -> None:
    data = json.loads(MESSAGES[size][0])
    theirs, ours = Group(StockMember), Group(Member)
    loop.run(theirs.join())
    loop.run(ours.join())

    def stock_work() -> bytes:
        message = {"type": "chat.data", "data": data}
        return loop.run(theirs.taken(get_channel_layer().group_send("stock", message)))

    try:
        race(
            benchmark,
            lambda: loop.run(ours.taken(broadcast("ours", data))),
            stock=stock_work,
            title=f"WebSocket: {len(MESSAGES[size][0]):,} bytes to a group of {MEMBERS}",
            goal=2,
        )
    finally:
        loop.run(theirs.leave())
        loop.run(ours.leave())


class Price(serializers.Serializer):
    type = serializers.CharField()
    symbol = serializers.CharField(max_length=8)
    price = serializers.FloatField()
    volume = serializers.IntegerField(min_value=0)


def test_pipeline(benchmark: BenchmarkFixture, loop: Any) -> None:
    """The whole way of a message: decoded, validated, handled."""
    text, count = MESSAGES["small"]
    volumes: list[int] = []

    def validated(content: Any) -> Any:
        serializer = Price(data=content)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    class Stock(stock.AsyncJsonWebsocketConsumer):
        async def receive_json(self, content, **kwargs):
            volumes.append((await database_sync_to_async(validated)(content))["volume"])

    class Ours(AsyncJsonWebsocketConsumer):
        pipeline = MessagePipeline(
            lambda batch: volumes.extend(message.data["volume"] for message in batch),
            validator=Validator(Price),
        )

    def work(consumer: Any) -> bytes:
        volumes.clear()
        assert loop.run(talk(consumer, *[text] * count)) == []
        return str(volumes).encode()

    assert work(Ours) == str([1200] * count).encode()
    race(
        benchmark,
        lambda: work(Ours),
        stock=lambda: work(Stock),
        title=f"WebSocket: {count} messages of {len(text)} bytes validated and handled in batches",
        goal=3,
    )
