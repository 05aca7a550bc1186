"""The pipeline: what was accepted is not lost, and no more is accepted than there is room for."""

import asyncio
import json
import os
import random
import subprocess
import sys
import textwrap
import threading
import time
from typing import Any

import pytest
from django.test import override_settings
from rest_framework import serializers

from django_rustaccel.channels import (
    AsyncJsonWebsocketConsumer,
    Message,
    MessagePipeline,
    Refusal,
)
from django_rustaccel.exceptions import PipelineClosedError
from django_rustaccel.validation import Validator
from json_documents import INVALID, ODD, VALID
from sockets.talking import answers, talk

SECONDS = 10


class Order(serializers.Serializer):
    count = serializers.IntegerField(max_value=9)


class Collecting:
    """A handler that keeps its batches, and waits for a gate."""

    def __init__(self, is_open: bool = True) -> None:
        self.batches: list[list[Message]] = []
        self.threads: set[threading.Thread] = set()
        self.gate = threading.Event()
        self.entered = threading.Event()
        if is_open:
            self.gate.set()

    def __call__(self, batch: list[Message]) -> None:
        self.entered.set()
        assert self.gate.wait(SECONDS)
        self.threads.add(threading.current_thread())
        self.batches.append(batch)

    @property
    def data(self) -> list[Any]:
        return [message.data for batch in self.batches for message in batch]


def held(capacity: int = 1000, **options: Any) -> tuple[Collecting, MessagePipeline]:
    """A pipeline whose handler is busy with the first message, 0."""
    handler = Collecting(is_open=False)
    pipeline = MessagePipeline(handler, capacity=capacity, **options)
    pipeline.put_sync("0")
    assert handler.entered.wait(SECONDS)
    return handler, pipeline


class TestBatches:
    def test_order_and_batches(self):
        handler, pipeline = held(batch_size=7)
        for number in range(1, 30):
            pipeline.put_sync(str(number))
        assert pipeline.counts == (30, 0, 0, 0, 30)
        handler.gate.set()
        pipeline.drain_sync(SECONDS)
        assert handler.data == list(range(30))
        assert [len(batch) for batch in handler.batches] == [1, 7, 7, 7, 7, 1]
        assert pipeline.counts == (30, 30, 0, 0, 0)
        assert threading.main_thread() not in handler.threads

    def test_sources_and_raw_text(self):
        handler = Collecting()
        pipeline = MessagePipeline(handler)
        pipeline.put_sync('{"é": 1}', source="me")
        pipeline.put_sync(b"[2]")
        pipeline.drain_sync(SECONDS)
        messages = [message for batch in handler.batches for message in batch]
        assert messages == [({"é": 1}, "me", '{"é": 1}'.encode()), ([2], None, b"[2]")]

    @pytest.mark.parametrize("is_lazy", [True, False])
    def test_contents_are_those_of_the_json_module(self, is_lazy):
        bodies = [body for body in VALID + ODD + INVALID if len(body) < 20_000]
        texts = [body.decode("utf-8", "surrogateescape") for body in bodies]
        texts += ["\ud800", '"\ud800"', "", "[" * 100_000]
        handler, told = Collecting(), []
        pipeline = MessagePipeline(handler)
        with override_settings(RUSTACCEL={"LAZY_DATA": is_lazy}):
            for text in texts:
                pipeline.put_sync(text, source=text, on_refusal=told.append)
            pipeline.drain_sync(SECONDS)
        expected, refused = [], []
        for text in texts:
            try:
                expected.append((text, repr(json.loads(text))))
            except (ValueError, RecursionError) as error:
                refused.append(f"JSON parse error - {error}")
        got = [(m.source, repr(m.data)) for batch in handler.batches for m in batch]
        assert got == expected
        assert [refusal.message for refusal in told] == refused

    def test_validation_and_depth(self):
        handler, told = Collecting(), []
        pipeline = MessagePipeline(handler, validator=Validator(Order), max_depth=2)
        texts = ['{"count": "5"}', '{"count": 10}', "[[[]]]", "{", '{"count": 6}', "1"]
        for text in texts:
            pipeline.put_sync(text, on_refusal=told.append)
        pipeline.drain_sync(SECONDS)
        assert handler.data == [{"count": 5}, {"count": 6}]
        assert sorted(refusal.code for refusal in told) == sorted(
            ["invalid", "too_deep", "parse_error", "invalid"]
        )
        assert pipeline.counts == (6, 2, 4, 0, 0)

    def test_large_batches_let_other_threads_run(self):
        text = json.dumps({"text": "x" * 2_000_000, "count": 3})
        handler = Collecting()
        pipeline = MessagePipeline(handler, validator=Validator(Order), capacity=20)
        for _ in range(20):
            pipeline.put_sync(text)
        pipeline.drain_sync(SECONDS)
        assert handler.data == [{"count": 3}] * 20

    @pytest.mark.parametrize("options", [{"capacity": 0}, {"batch_size": 0}])
    def test_wrong_numbers(self, options):
        with pytest.raises(ValueError, match="from 1 on"):
            MessagePipeline(print, **options)


class TestFailures:
    def test_a_handler_that_raises(self):
        failed = []

        def handler(batch):
            if batch[0].data == 0:
                raise KeyError("odd")

        pipeline = MessagePipeline(
            handler, batch_size=1, on_failure=lambda batch, error: failed.append((batch, error))
        )
        for number in (0, 1, 0):
            pipeline.put_sync(str(number), source="me")
        pipeline.drain_sync(SECONDS)
        assert pipeline.counts == (3, 1, 0, 2, 0)
        assert [batch for batch, _ in failed] == [[(0, "me", b"0")]] * 2
        assert {type(error) for _, error in failed} == {KeyError}

    @pytest.mark.parametrize("odd", [SystemExit, KeyboardInterrupt, asyncio.CancelledError])
    def test_a_handler_that_raises_what_ends_programs(self, odd):
        def handler(batch):
            raise odd

        pipeline = MessagePipeline(handler)
        for _ in range(2):
            pipeline.put_sync("1")
            pipeline.drain_sync(SECONDS)
        assert pipeline.counts == (2, 0, 0, 2, 0)

    def test_a_validator_that_raises(self):
        class Odd(Order):
            def validate_count(self, value):
                raise KeyError("odd")

        failed = []
        pipeline = MessagePipeline(
            print, validator=Validator(Odd), on_failure=lambda batch, error: failed.extend(batch)
        )
        pipeline.put_sync('{"count": 1}')
        pipeline.drain_sync(SECONDS)
        assert pipeline.counts == (1, 0, 0, 1, 0)
        assert failed == [(None, None, b'{"count": 1}')]

    def test_hooks_that_raise(self):
        def hook(*args):
            raise KeyError("odd")

        def handler(batch):
            raise ValueError

        pipeline = MessagePipeline(handler, on_failure=hook)
        pipeline.put_sync("1", on_refusal=hook)
        pipeline.put_sync("{", on_refusal=hook)
        pipeline.drain_sync(SECONDS)
        assert pipeline.counts == (2, 0, 1, 1, 0)


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


class TestConsumers:
    def test_a_connection_ends_when_its_messages_have_been_handled(self):
        async def main():
            handler, pipeline_ = held()

            class Consumer(AsyncJsonWebsocketConsumer):
                pipeline = pipeline_

            conversation = asyncio.create_task(talk(Consumer, "1", "2"))
            while pipeline_.counts.accepted < 3:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            assert not conversation.done()
            handler.gate.set()
            assert await asyncio.wait_for(conversation, SECONDS) == []
            assert handler.data == [0, 1, 2]

        asyncio.run(main())

    def test_refusals_are_told(self):
        class Consumer(AsyncJsonWebsocketConsumer):
            pipeline = MessagePipeline(Collecting(), validator=Validator(Order))
            max_size = 20

        told = [json.loads(said["text"]) for said in answers(Consumer, '{"count": 10}', "{")]
        assert [frame["code"] for frame in told] == ["invalid", "parse_error"]
        assert Consumer.pipeline.counts == (2, 0, 2, 0, 0)
        (closed,) = answers(Consumer, "1" * 21)
        assert closed["code"] == 4009
        assert Consumer.pipeline.counts.accepted == 2

    def test_the_validator_belongs_to_the_pipeline(self):
        with pytest.raises(TypeError, match="belongs to the pipeline"):
            type(
                "Consumer",
                (AsyncJsonWebsocketConsumer,),
                {"pipeline": MessagePipeline(print), "validator": Validator(Order)},
            )

    def test_an_async_handler_runs_on_the_loop_and_can_answer(self):
        loops = []

        async def handler(batch):
            loops.append(asyncio.get_running_loop())
            for message in batch:
                await message.source.send_json({"got": message.data})

        class Consumer(AsyncJsonWebsocketConsumer):
            pipeline = MessagePipeline(handler)

        async def main():
            said = await talk(Consumer, "1", "2")
            assert set(loops) == {asyncio.get_running_loop()}
            return [json.loads(message["text"]) for message in said]

        assert asyncio.run(main()) == [{"got": 1}, {"got": 2}]


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
