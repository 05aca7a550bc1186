"""WebSocket messages: Channels' consumers and ours, inside this process."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.generic import websocket as stock
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.test import override_settings
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import race
from django_rustaccel.channels import (
    AsyncJsonWebsocketConsumer,
    JsonWebsocketConsumer,
    broadcast,
)
from django_rustaccel.channels.text import decode, encode
from sockets.talking import IN_MEMORY, talk

MESSAGES = 200
#: A price, a chat message, a page of a table.
SMALL = json.dumps({"type": "price", "symbol": "ACME", "price": 12.25, "volume": 1200})
LARGE = json.dumps([{"id": n, "name": f"name {n}", "price": n / 4, "tags": ["a"]} for n in range(200)])


@pytest.fixture(scope="module")
def loop() -> Iterator[Any]:
    with asyncio.Runner() as runner:
        yield runner


def echo(base: Any) -> Any:
    class Echo(base):
        async def receive_json(self, content, **kwargs):
            await self.send_json(content)

    return Echo


def sync_echo(base: Any) -> Any:
    class Echo(base):
        def receive_json(self, content, **kwargs):
            self.send_json(content)

    return Echo


ECHOES = {
    "async": (echo, stock.AsyncJsonWebsocketConsumer, AsyncJsonWebsocketConsumer),
    "sync": (sync_echo, stock.JsonWebsocketConsumer, JsonWebsocketConsumer),
}
TEXTS = {"small": (SMALL, MESSAGES), "large": (LARGE, MESSAGES // 4)}


@pytest.mark.parametrize("size", TEXTS)
@pytest.mark.parametrize("kind", ECHOES)
def test_echo(benchmark: BenchmarkFixture, loop: Any, kind: str, size: str) -> None:
    make, theirs, ours = ECHOES[kind]
    text, count = TEXTS[size]

    def work(consumer: Any) -> bytes:
        said = loop.run(talk(consumer, *[text] * count))
        assert len(said) == count
        return "\n".join(message["text"] for message in said).encode()

    stock_echo, our_echo = make(theirs), make(ours)
    race(
        benchmark,
        lambda: work(our_echo),
        stock=lambda: work(stock_echo),
        title=f"{count} messages of {len(text):,} bytes echoed by one {kind} consumer",
        goal=1,
    )


@pytest.mark.parametrize("size", TEXTS)
def test_text(benchmark: BenchmarkFixture, size: str) -> None:
    text, _ = TEXTS[size]
    race(
        benchmark,
        lambda: encode(decode(text)).encode(),
        stock=lambda: json.dumps(json.loads(text)).encode(),
        title=f"decoding and encoding a message of {len(text):,} bytes",
        goal=2,
    )
