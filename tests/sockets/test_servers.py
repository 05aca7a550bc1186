"""Real clients and real servers, with Redis as the channel layer."""

import asyncio
import base64
import json
import os
import time
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from limiting import storages
from sockets.servers import COMMANDS, Server

SECONDS = 20


@pytest.fixture(scope="module", params=COMMANDS)
def server(request, tmp_path_factory) -> Iterator[Server]:
    storages.need_redis()
    served = Server(request.param, tmp_path_factory.mktemp(request.param))
    served.start()
    yield served
    served.stop()
    served.forget()


def run(work: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(work, SECONDS)

    return asyncio.run(limited())


async def connected(stack: AsyncExitStack, url: str, count: int) -> list[ClientConnection]:
    """So many connections, fifty at a time."""
    places = asyncio.Semaphore(50)

    async def one() -> ClientConnection:
        async with places:
            client = connect(url, compression=None, open_timeout=SECONDS, max_queue=None)
            return await stack.enter_async_context(client)

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def gone_with(client: ClientConnection) -> tuple[int | None, str]:
    """The code and reason that a connection is closed with."""
    with suppress(ConnectionClosed):
        async for _ in client:
            pass
    return client.close_code, client.close_reason or ""


async def still_serves(server: Server) -> None:
    async with connect(server.url("echo")) as client:
        await client.send('"still there"')
        assert await client.recv() == '"still there"'


def test_many_connections(server):
    async def main():
        async with AsyncExitStack() as stack:
            clients = await connected(stack, server.url("member"), 500)
            await clients[0].send('{"to": "all", "é": 1}')
            texts = await asyncio.gather(*(client.recv() for client in clients))
            assert set(texts) == {'{"to": "all", "\\u00e9": 1}'}
            await clients[-1].send("[2]")
            assert {await client.recv() for client in clients} == {"[2]"}

    run(main())


@pytest.mark.parametrize("path", ["echo", "syncecho"])
def test_order_of_answers(server, path):
    async def talk(client, count):
        for number in range(count):
            await client.send(str(number))
        assert [int(await client.recv()) for _ in range(count)] == list(range(count))

    async def main():
        async with AsyncExitStack() as stack:
            clients = await connected(stack, server.url(path), 10)
            await asyncio.gather(*(talk(client, 100) for client in clients))

    run(main())


@pytest.mark.parametrize("path", ["member", "syncmember"])
def test_order_of_broadcasts(server, path):
    async def main():
        async with AsyncExitStack() as stack:
            members = await connected(stack, server.url("member"), 10)
            (sender,) = await connected(stack, server.url(path), 1)
            for number in range(100):
                await sender.send(str(number))
            for member in (*members, sender):
                assert [int(await member.recv()) for _ in range(100)] == list(range(100))

    run(main())


def test_slow_readers_hold_up_nobody_else(server):
    text = "x" * 50_000

    async def main():
        async with AsyncExitStack() as stack:
            members = await connected(stack, server.url("member"), 5)
            slow = await stack.enter_async_context(
                connect(server.url("member"), max_queue=1, compression=None, close_timeout=0.1)
            )
            for number in range(200):
                await members[0].send(json.dumps([number, text]))
                for member in members:
                    assert json.loads(await member.recv())[0] == number
            # Ten megabytes wait, in the sockets and in the layer; what comes is in order.
            numbers = [json.loads(await slow.recv())[0] for _ in range(50)]
            assert numbers == list(range(50))

    run(main())


def test_limits(server):
    async def main():
        async with connect(server.url("limited")) as client:
            said = []
            for frame in ('{"count": "5"}', '{"count": 10}', "{", "[[[[[[]]]]]]"):
                await client.send(frame)
                said.append(json.loads(await client.recv()))
            assert said[0] == {"count": 5}
            assert [frame["code"] for frame in said[1:]] == ["invalid", "parse_error", "too_deep"]
            for _ in range(20):
                await client.send('{"count": 1}')
            codes = [json.loads(await client.recv()).get("code") for _ in range(20)]
            assert codes == [None] * 16 + ["rate_limited"] * 4
        async with connect(server.url("limited")) as client:
            await client.send("1" * 1001)
            code, reason = await gone_with(client)
            assert code == 4009
            # Daphne sends no reasons.
            assert reason == ("The message is over 1000 bytes." if server.name != "daphne" else "")
        async with connect(server.url("limited")) as client:
            await client.send(b"{}")
            assert (await gone_with(client))[0] == 4003

    run(main())


@pytest.mark.parametrize("frame", ["{", "", b"1"])
def test_without_limits_errors_end_the_connection_as_in_channels(server, frame):
    async def main():
        ends = []
        for path in ("echo", "stockecho"):
            # Daphne leaves it to the client to end the connection.
            async with connect(server.url(path), close_timeout=0.5) as client:
                await client.send("1")
                assert await client.recv() == "1"
                # channels_redis does not always end while it is still making its connection.
                await asyncio.sleep(0.3)
                await client.send(frame)
                ends.append(await gone_with(client))
        assert ends[0] == ends[1]

    run(main())


#: Frames that RFC 6455 forbids clients to send, after section 5.
MALFORMED = {
    "without a mask": b"\x81\x01a",
    "reserved bits": b"\xf1\x81\0\0\0\0a",
    "unknown opcode": b"\x83\x81\0\0\0\0a",
    "no UTF-8": b"\x81\x82\0\0\0\0\xff\xfe",
    "a continuation of nothing": b"\x80\x81\0\0\0\0a",
    "a long ping": b"\x89\xfe\x00\x7e\0\0\0\0" + b"a" * 126,
    "a ping in parts": b"\x09\x81\0\0\0\0a",
    "a close code of one byte": b"\x88\x81\0\0\0\0a",
    "a length beyond 63 bits": b"\x81\xff" + b"\xff" * 8 + b"\0\0\0\0a",
    "nothing but noise": bytes(range(256)) * 4,
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames(server, name):
    async def main():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        key = base64.b64encode(os.urandom(16)).decode()
        request = (
            "GET /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
        )
        writer.write(request.encode())
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(MALFORMED[name])
        # A close frame of a protocol error, or the end of the connection.
        with suppress(ConnectionResetError):
            assert (await reader.read(1000))[:1] in (b"\x88", b"")
        writer.close()
        await still_serves(server)

    run(main())


def test_connections_that_vanish(server):
    async def main():
        async with AsyncExitStack() as stack:
            clients = await connected(stack, server.url("member"), 20)
            for client in clients[1:]:
                client.transport.abort()
            for number in range(20):
                await clients[0].send(str(number))
                assert await clients[0].recv() == str(number)
        await still_serves(server)

    run(main())


class TestPipeline:
    def test_all_is_handled_before_a_connection_ends(self, server):
        async def send(first):
            async with connect(server.url("piped")) as client:
                for number in range(first, first + 200):
                    await client.send(json.dumps({"n": number}))

        async def main():
            await asyncio.gather(*(send(1000 * each) for each in range(1, 6)))

        server.forget_log()
        run(main())
        deadline = time.monotonic() + SECONDS
        while len(server.handled) < 1000 and time.monotonic() < deadline:
            time.sleep(0.05)
        handled = server.handled
        assert sorted(handled) == [1000 * each + n for each in range(1, 6) for n in range(200)]
        for each in range(1, 6):
            of_one = [number for number in handled if number // 1000 == each]
            assert of_one == sorted(of_one)

    def test_a_restart_loses_nothing_that_was_accepted(self, server):
        """It is handled, from the first message on without a gap, and clients come back."""

        async def send_until_closed(client):
            number = 0
            try:
                while True:
                    await client.send(json.dumps({"n": number}))
                    number += 1
                    await asyncio.sleep(0)
            except ConnectionClosed:
                return number

        async def main():
            async with connect(server.url("piped"), close_timeout=1) as client:
                sending = asyncio.create_task(send_until_closed(client))
                while not server.handled:
                    await asyncio.sleep(0.01)
                await asyncio.to_thread(server.stop)
                return await sending

        server.forget_log()
        try:
            sent = run(main())
            handled, accepted = server.handled, server.accepted
        finally:
            server.stop()
            server.start()
        assert handled == list(range(len(handled)))
        assert 0 < len(accepted) <= len(handled) <= sent
        run(still_serves(server))

    def test_groups_after_a_restart(self, server):
        async def main():
            async with connect(server.url("member"), close_timeout=1) as client:
                await client.send("1")
                assert await client.recv() == "1"
                await asyncio.gather(asyncio.to_thread(server.stop), gone_with(client))
            await asyncio.to_thread(server.start)
            async with connect(server.url("member")) as client:
                await client.send("2")
                assert await client.recv() == "2"

        run(main())
