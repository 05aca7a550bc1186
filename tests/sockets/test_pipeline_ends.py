"""The pipeline: what was accepted is not lost, and no more is accepted than there is room for."""

import asyncio
import os
import random
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest

from django_rustaccel.channels import (
    AsyncJsonWebsocketConsumer,
    Message,
    MessagePipeline,
    Refusal,
)
from django_rustaccel.exceptions import PipelineClosedError
from sockets.collecting import SECONDS, held
from sockets.talking import talk


class TestBackPressure:
    def test_a_full_queue_is_waited_for(self):
        async def main():
            handler, pipeline = held(capacity=3)
            puts = [asyncio.create_task(pipeline.put(str(n))) for n in range(1, 10)]
            await asyncio.sleep(0.05)
            assert [put.done() for put in puts] == [True] * 3 + [False] * 6
            assert pipeline.counts.accepted == 4
            handler.gate.set()
            await asyncio.wait_for(asyncio.gather(*puts), SECONDS)
            await pipeline.drain()
            assert handler.data == list(range(10))

        asyncio.run(main())

    def test_threads_wait_too(self):
        handler, pipeline = held(capacity=1)
        pipeline.put_sync("1")
        thread = threading.Thread(target=pipeline.put_sync, args=["2"])
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        handler.gate.set()
        thread.join(SECONDS)
        pipeline.drain_sync(SECONDS)
        assert handler.data == [0, 1, 2]

    def test_who_is_cancelled_was_not_accepted(self):
        async def main():
            handler, pipeline = held(capacity=1)
            await pipeline.put("1")
            puts = [asyncio.create_task(pipeline.put(str(n))) for n in range(2, 6)]
            await asyncio.sleep(0.02)
            puts[0].cancel()
            handler.gate.set()
            # Woken and cancelled in the same turn of the loop: another has to get the room.
            time.sleep(0.05)
            puts[1].cancel()
            done = await asyncio.wait_for(asyncio.gather(*puts, return_exceptions=True), SECONDS)
            await pipeline.drain()
            accepted = [n for n, result in zip(range(2, 6), done, strict=True) if result is None]
            assert accepted[-2:] == [4, 5]
            assert handler.data == [0, 1, *accepted]
            assert pipeline.counts == (len(handler.data), len(handler.data), 0, 0, 0)

        asyncio.run(main())

    def test_a_socket_is_not_read_meanwhile(self):
        async def main():
            handler, pipeline_ = held(capacity=2)

            class Consumer(AsyncJsonWebsocketConsumer):
                pipeline = pipeline_

            conversation = asyncio.create_task(talk(Consumer, *map(str, range(1, 20))))
            await asyncio.sleep(0.05)
            assert pipeline_.counts.accepted == 3
            handler.gate.set()
            assert await asyncio.wait_for(conversation, SECONDS) == []
            # The connection has ended, and all is handled.
            assert handler.data == list(range(20))

        asyncio.run(main())


class TestEnds:
    def test_closing(self):
        async def main():
            handler, pipeline = held(capacity=1)
            await pipeline.put("1")
            waiting = asyncio.create_task(pipeline.put("2"))
            await asyncio.sleep(0.02)
            closing = asyncio.create_task(pipeline.close())
            with pytest.raises(PipelineClosedError):
                await asyncio.wait_for(waiting, SECONDS)
            assert not closing.done()
            handler.gate.set()
            await asyncio.wait_for(closing, SECONDS)
            assert handler.data == [0, 1]
            with pytest.raises(PipelineClosedError):
                pipeline.put_sync("3")

        asyncio.run(main())

    def test_an_async_handler_whose_loop_has_ended(self):
        handled = []

        async def handler(batch):
            handled.extend(message.data for message in batch)

        pipeline = MessagePipeline(handler)
        asyncio.run(pipeline.put("1"))
        pipeline.put_sync("2")
        pipeline.close_sync(SECONDS)
        assert pipeline.counts.handled + pipeline.counts.failed == 2
        assert 2 in handled

    def test_draining_can_be_given_up(self):
        handler, pipeline = held()
        with pytest.raises(TimeoutError):
            pipeline.drain_sync(0.01)
        handler.gate.set()
        pipeline.drain_sync(SECONDS)

    def test_at_the_end_of_the_program_the_rest_is_handled(self):
        code = """
            import time
            from django.conf import settings
            settings.configure(DATABASES={})
            from django_rustaccel.channels import MessagePipeline

            def handler(batch):
                time.sleep(0.02)
                print(*[message.data for message in batch], flush=True)

            pipeline = MessagePipeline(handler, batch_size=2)
            for number in range(20):
                pipeline.put_sync(str(number))
        """
        program = [sys.executable, "-c", textwrap.dedent(code)]
        said = subprocess.run(program, check=True, capture_output=True, text=True, timeout=SECONDS)
        assert [int(word) for word in said.stdout.split()] == list(range(20))

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
    @pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
    def test_after_a_fork(self):
        handler, pipeline = held()
        pipeline.put_sync("1")
        child = os.fork()
        if not child:
            try:
                handler.gate.set()
                handler.batches.clear()
                pipeline.put_sync("2")
                pipeline.drain_sync(SECONDS)
                os._exit(handler.data != [2])
            finally:
                os._exit(9)
        assert os.waitpid(child, 0)[1] == 0
        handler.gate.set()
        pipeline.drain_sync(SECONDS)
        assert handler.data == [0, 1]


def run_in_threads(works: list[Any]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_many_producers_of_all_kinds():
    """Threads and event loops at once, some of them cancelled: the sums are right."""
    counts = {"handled": 0}
    source = random.Random(7)

    def handler(batch: list[Message]) -> None:
        if source.random() < 0.1:
            raise ValueError
        counts["handled"] += len(batch)

    pipeline = MessagePipeline(handler, capacity=5, batch_size=3)
    accepted = []
    refused: list[Refusal] = []

    def text(n: int) -> str:
        return "{" if n % 11 == 0 else str(n)

    def produce() -> None:
        for n in range(300):
            pipeline.put_sync(text(n), on_refusal=refused.append)
            accepted.append(n)

    async def put(n: int) -> None:
        await pipeline.put(text(n), on_refusal=refused.append)
        accepted.append(n)

    async def impatient() -> None:
        tasks = [asyncio.create_task(put(n)) for n in range(300)]
        for task in tasks[::3]:
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    run_in_threads([produce, lambda: asyncio.run(impatient())] * 3)
    pipeline.close_sync(SECONDS)
    result = pipeline.counts
    assert result.accepted == len(accepted)
    assert result.handled == counts["handled"]
    assert result.refused == len(refused)
    assert result.accepted == result.handled + result.refused + result.failed
    assert result.waiting == 0
