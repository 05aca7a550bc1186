"""The consumers against Channels' own, and what they refuse."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from channels.generic import websocket as stock
from django import forms
from django.core.exceptions import SynchronousOnlyOperation
from rest_framework import serializers

from django_rustaccel.channels import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer
from django_rustaccel.ratelimit import Limiter
from django_rustaccel.validation import Validator
from json_documents import INVALID, ODD, VALID
from sockets.talking import answers

FRAMES = ['{"a": [1, "é", 1.5, null]}', "NaN", '"\\ud83d\\ude00"', "1e400", '{"a":1,"a":2}', " [] "]


class Order(serializers.Serializer):
    count = serializers.IntegerField(max_value=9)


class OrderForm(forms.Form):
    count = forms.IntegerField(max_value=9)


class Echo:
    def receive_json(self, content, **kwargs):
        self.send_json({"got": content, "kwargs": kwargs})


class AsyncEcho:
    async def receive_json(self, content, **kwargs):
        await self.send_json({"got": content, "kwargs": kwargs})


SYNC = (Echo, JsonWebsocketConsumer, stock.JsonWebsocketConsumer)
ASYNC = (AsyncEcho, AsyncJsonWebsocketConsumer, stock.AsyncJsonWebsocketConsumer)
both = pytest.mark.parametrize(("echo", "ours", "theirs"), [SYNC, ASYNC], ids=["sync", "async"])
either = pytest.mark.parametrize(("echo", "ours"), [SYNC[:2], ASYNC[:2]], ids=["sync", "async"])


def made(*bases: type, **attributes: Any) -> Any:
    return type("Consumer", bases, attributes)


def refusals(consumer: Any, *frames: str | bytes) -> list[Any]:
    return [
        json.loads(answer["text"]) if answer["type"] == "websocket.send" else answer
        for answer in answers(consumer, *frames)
    ]


def codes(consumer: Any, *frames: str | bytes) -> list[Any]:
    return [answer.get("code", answer.get("got")) for answer in refusals(consumer, *frames)]


class TestDropIn:
    @both
    def test_same_text(self, echo, ours, theirs):
        said = answers(made(echo, ours), *FRAMES)
        assert said == answers(made(echo, theirs), *FRAMES)
        assert len(said) == len(FRAMES)

    @both
    @pytest.mark.parametrize("frame", ["", "{", "[1,]", b"[1]", "\ud800", "[" * 100_000])
    def test_same_errors(self, echo, ours, theirs, frame):
        (said,) = answers(made(echo, ours), frame)
        assert [said] == answers(made(echo, theirs), frame)
        assert issubclass(said[0], (ValueError, RecursionError))

    @both
    def test_same_errors_of_what_is_sent(self, echo, ours, theirs):
        content = {"when": {1, 2}}

        def send(self, text):
            return self.send_json(content)

        async def asend(self, text):
            await self.send_json(content)

        method = asend if echo is AsyncEcho else send
        (said,) = answers(made(ours, receive_json=method), "1")
        assert [said] == answers(made(theirs, receive_json=method), "1")
        assert said[0] is TypeError

    @both
    def test_documents(self, echo, ours, theirs):
        for body in VALID + ODD + INVALID:
            if len(body) < 2000:
                frame = body.decode("utf-8", "surrogateescape")
                assert answers(made(echo, ours), frame) == answers(made(echo, theirs), frame)

    @pytest.mark.parametrize("base", [JsonWebsocketConsumer, stock.JsonWebsocketConsumer])
    def test_methods_can_be_overridden(self, base):
        class Own(Echo, base):
            @classmethod
            def decode_json(cls, text_data):
                return text_data.upper()

            @classmethod
            def encode_json(cls, content):
                return repr(content)

        assert answers(Own, "a")[0]["text"] == "{'got': 'A', 'kwargs': {}}"

    @pytest.mark.parametrize("base", [AsyncJsonWebsocketConsumer, stock.AsyncJsonWebsocketConsumer])
    def test_async_methods_can_be_overridden(self, base):
        class Own(AsyncEcho, base):
            @classmethod
            async def decode_json(cls, text_data):
                return text_data.upper()

            @classmethod
            async def encode_json(cls, content):
                return repr(content)

        assert answers(Own, "a")[0]["text"] == "{'got': 'A', 'kwargs': {}}"

    def test_they_are_channels_classes(self):
        assert issubclass(JsonWebsocketConsumer, stock.JsonWebsocketConsumer)
        assert issubclass(AsyncJsonWebsocketConsumer, stock.AsyncJsonWebsocketConsumer)
        assert JsonWebsocketConsumer.encode_json({"a": "é"}) == '{"a": "\\u00e9"}'
        assert asyncio.run(AsyncJsonWebsocketConsumer.decode_json("[1]")) == [1]


@either
class TestLimits:
    def test_size_is_in_bytes(self, echo, ours):
        consumer = made(echo, ours, max_size=6)
        assert codes(consumer, '"éé"', '"abcd"') == ["éé", "abcd"]
        (refused,) = refusals(consumer, '"ééé"')
        assert refused["type"] == "websocket.close"
        assert refused["code"] == 4009

    def test_depth(self, echo, ours):
        consumer = made(echo, ours, max_depth=2)
        deep = '{"a": [[]]}'
        assert codes(consumer, "[[]]", '["[[["]', deep) == [[[]], ["[[["], "too_deep"]
        assert refusals(consumer, deep)[0]["limit"] == 2
        assert codes(consumer, "[" * 100_000) == ["too_deep"]

    def test_rate(self, echo, ours):
        consumer = made(echo, ours, limiter=Limiter("2/h"))
        # Each connection for itself.
        for _ in range(2):
            assert codes(consumer, "1", "2", "3", "4") == [1, 2, "rate_limited", "rate_limited"]
        frame = refusals(consumer, "1", "2", "3")[-1]
        assert 0 < frame["retry_after"] <= 1800

    def test_rate_by_another_key(self, echo, ours):
        consumer = made(echo, ours, limiter=Limiter("2/h"), rate_key=lambda self: "all")
        assert codes(consumer, "1") == [1]
        assert codes(consumer, "1", "2") == [1, "rate_limited"]

    def test_what_is_no_json(self, echo, ours):
        consumer = made(echo, ours, max_depth=500)
        said = refusals(consumer, "{", "", "[1] 2", "1")
        assert [frame.get("code") for frame in said] == ["parse_error"] * 3 + [None]
        expected = "JSON parse error - Extra data: line 1 column 5 (char 4)"
        assert said[2] == {"type": "error", "code": "parse_error", "message": expected}

    def test_what_is_no_text(self, echo, ours):
        (refused,) = refusals(made(echo, ours, max_size=9), b"[1]")
        assert (refused["type"], refused["code"]) == ("websocket.close", 4003)

    def test_close_codes_can_be_chosen(self, echo, ours):
        chosen = {"too_deep": 4000}
        consumer = made(echo, ours, max_size=9, max_depth=1, close_codes=chosen)
        assert codes(consumer, "1234567890", "[[]]") == ["too_large", 4000]

    @pytest.mark.parametrize("described_by", [Order, OrderForm])
    def test_validation(self, echo, ours, described_by):
        consumer = made(echo, ours, validator=Validator(described_by))
        good, bad, worse = refusals(consumer, '{"count": "5"}', '{"count": 10}', "[]")
        assert good["got"] == {"count": 5}
        said = "Ensure this value is less than or equal to 9."
        assert bad == {
            "type": "error",
            "code": "invalid",
            "message": "The message is not valid.",
            "errors": {"count": [said]},
        }
        assert worse["code"] == "invalid"

    def test_other_exceptions_of_a_validator_are_raised(self, echo, ours):
        class Odd(Order):
            def validate_count(self, value):
                raise SynchronousOnlyOperation("odd")

        consumer = made(echo, ours, validator=Validator(Odd))
        assert answers(consumer, '{"count": 1}') == [(SynchronousOnlyOperation, "odd")]

    def test_errors_are_sent_as_the_consumer_encodes(self, echo, ours):
        async def aencode(content):
            return f"<{content['code']}>"

        encode = aencode if echo is AsyncEcho else lambda content: f"<{content['code']}>"
        consumer = made(echo, ours, max_depth=1, encode_json=staticmethod(encode))
        assert answers(consumer, "[[]]")[0]["text"] == "<too_deep>"


@pytest.mark.parametrize("on_loop", [False, True])
def test_validators_run_in_a_thread_unless_told_otherwise(on_loop):
    threads = []

    class Watched(Order):
        def validate_count(self, value):
            threads.append(threading.current_thread())
            return value

    class Consumer(AsyncEcho, AsyncJsonWebsocketConsumer):
        validator = Validator(Watched)
        validates_on_loop = on_loop

    assert codes(Consumer, '{"count": 1}') == [{"count": 1}]
    assert (threads == [threading.main_thread()]) is on_loop


def test_importing_the_package_imports_no_channels():
    code = (
        "import sys, django_rustaccel; assert 'channels' not in sys.modules\n"
        # No settings are read, and no thread is started.
        "import threading, django_rustaccel.channels\n"
        "from django.conf import settings\n"
        "assert not settings.configured and threading.active_count() == 1"
    )
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_without_channels():
    code = (
        "import sys; sys.modules['channels'] = None\n"
        "import django_rustaccel\n"
        "try:\n    import django_rustaccel.channels\n"
        "except ImportError as error:\n    print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout == "Channels is not installed: pip install 'django-rustaccel[channels]'\n"
