"""Frames to consumers and pipelines: never a crash, and what Channels' own consumers say.

The corpus, the rounds and the seed are those of ``test_bodies``.
"""

import json
from contextlib import suppress
from typing import Any

import pytest
from channels.generic import websocket as stock

from django_rustaccel.channels import AsyncJsonWebsocketConsumer, MessagePipeline
from django_rustaccel.core.jsontext import is_deeper
from django_rustaccel.validation import Validator
from fuzz.mutation import mutations
from fuzz.test_bodies import CORPUS, KEPT, ROUNDS, SEED, Whole
from sockets.talking import answers

DEPTH = 4
#: Frames that one connection takes.
AT_ONCE = 50


class Echo:
    async def receive_json(self, content, **kwargs):
        await self.send_json(content)


class Stock(Echo, stock.AsyncJsonWebsocketConsumer):
    pass


class Ours(Echo, AsyncJsonWebsocketConsumer):
    pass


class Limited(Echo, AsyncJsonWebsocketConsumer):
    max_size = 500
    max_depth = DEPTH
    close_codes = {}


class Piped(AsyncJsonWebsocketConsumer):
    handled: list[Any] = []
    pipeline = MessagePipeline(
        lambda batch: Piped.handled.extend(repr(message.data) for message in batch),
        max_depth=DEPTH,
        capacity=7,
        batch_size=3,
    )


class Validated(AsyncJsonWebsocketConsumer):
    pipeline = MessagePipeline(len, validator=Validator(Whole))


def frame(body: bytes) -> str:
    """Servers hand on valid text only; what is none is left in, as a lone surrogate."""
    return body.decode("utf-8", "surrogateescape")


def depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(depth, children), default=0)


def expected(text: str) -> str | None:
    """What a limited consumer answers; the code of a refusal, or what it echoes."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > Limited.max_size:
        return "too_large"
    if is_deeper(text.encode("utf-8", "surrogatepass"), DEPTH):
        return "too_deep"
    return content_of(text)


def content_of(text: str) -> str:
    try:
        return json.dumps(json.loads(text))
    except (ValueError, RecursionError):
        return "parse_error"


def said(message: dict[str, Any]) -> str:
    content = json.loads(message["text"])
    is_refusal = isinstance(content, dict) and content.get("type") == "error"
    return content["code"] if is_refusal and "message" in content else message["text"]


def check(texts: list[str]) -> None:
    check_stock(texts)
    check_limits(texts)
    check_pipelines(texts)


def check_stock(texts: list[str]) -> None:
    """A text that is no JSON ends the connection, so that the others go together."""
    good = [text for text in texts if text and content_of(text) != "parse_error"]
    assert answers(Ours, *good) == answers(Stock, *good), good
    for text in set(texts).difference(good):
        assert answers(Ours, text) == answers(Stock, text), text


def check_limits(texts: list[str]) -> None:
    got = [said(message) for message in answers(Limited, *texts)]
    assert got == [expected(text) for text in texts]


def check_pipelines(texts: list[str]) -> None:
    Piped.handled.clear()
    told = answers(Piped, *texts)
    contents = []
    for text in texts:
        if not is_deeper(text.encode("utf-8", "surrogatepass"), DEPTH):
            with suppress(ValueError, RecursionError):
                contents.append(repr(json.loads(text)))
    assert Piped.handled == contents
    assert len(told) == len(texts) - len(contents)
    before = Validated.pipeline.counts
    refused = len(answers(Validated, *texts))
    counts = Validated.pipeline.counts
    assert counts.refused - before.refused == refused
    assert counts.handled + counts.refused == counts.accepted
    assert (counts.failed, counts.waiting) == (0, 0)


@pytest.mark.parametrize("name", KEPT)
def test_corpus(name):
    check([frame(KEPT[name])])


def test_depth_of_documents():
    for body in CORPUS:
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            continue
        assert is_deeper(body, max(0, depth(value) - 1)) is (depth(value) > 0)
        assert not is_deeper(body, depth(value))


def test_mutations():
    texts = [frame(body) for body in mutations(CORPUS, SEED, ROUNDS // 4)]
    for start in range(0, len(texts), AT_ONCE):
        check(texts[start : start + AT_ONCE])
