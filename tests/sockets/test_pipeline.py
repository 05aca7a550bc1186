"""The pipeline: batches, what becomes of their messages, and consumers that have one."""

import asyncio
import json
import threading

import pytest
from django.test import override_settings

from django_rustaccel.channels import (
    AsyncJsonWebsocketConsumer,
    MessagePipeline,
)
from django_rustaccel.validation import Validator
from json_documents import INVALID, ODD, VALID
from sockets.collecting import SECONDS, Collecting, Order, held
from sockets.talking import answers, talk


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


class TestConsumers:
    def test_a_connection_ends_when_its_messages_have_been_handled(self):
        async def main():
            handler, pipeline_ = held()

            class Consumer(AsyncJsonWebsocketConsumer):
                pipeline = pipeline_

            conversation = asyncio.create_task(talk(Consumer, "1", "2"))
            while pipeline_.counts.accepted < 3 and not conversation.done():
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
