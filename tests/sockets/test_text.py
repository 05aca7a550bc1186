"""Text of messages: what the json module writes, reads and raises."""

import json
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel import disabled, stats
from django_rustaccel.channels.text import decode, encode
from engines import describe
from json_documents import INVALID, ODD, VALID
from json_values import documents, keys, nested, numbers, text

contents = nested(st.one_of(st.none(), st.booleans(), text, numbers), keys)


def outcome(function: Any, value: Any) -> Any:
    try:
        return describe(function(value))
    except (TypeError, ValueError, RecursionError) as error:
        return type(error), str(error), getattr(error, "__notes__", None)


@given(contents)
def test_encode(content):
    assert outcome(encode, content) == outcome(json.dumps, content)


class Text(str):
    pass


CYCLE: list[Any] = []
CYCLE.append(CYCLE)
DEEP: list[Any] = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "content",
    [
        float("nan"),
        float("-inf"),
        "\ud800",
        "é\u2028\x7f",
        Text("a"),
        OrderedDict(a=1),
        {2: 2, None: 3, True: 4, 1.5: 5},
        {(1,): 2},
        {"a": [{"b": Decimal(1)}]},
        (1, (2,)),
        {1, 2},
        object,
        b"a",
        CYCLE,
        10**400,
    ],
    ids=repr,
)
def test_encode_odd_values(content):
    assert outcome(encode, content) == outcome(json.dumps, content)


def test_encode_deep_values():
    with pytest.raises(RecursionError):
        encode(DEEP)


@given(documents)
def test_decode(value):
    body = json.dumps(value)
    assert outcome(decode, body) == outcome(json.loads, body)


@pytest.mark.parametrize("body", VALID + ODD + INVALID)
def test_decode_documents(body):
    for given_text in (body, body.decode("utf-8", "surrogateescape")):
        assert outcome(decode, given_text) == outcome(json.loads, given_text)


@pytest.mark.parametrize("value", [None, 1, [b"1"], "\ufeff1", "\ud800", '"\ud800"', Text("[1]")])
def test_decode_odd_values(value):
    assert outcome(decode, value) == outcome(json.loads, value)


def test_they_are_native_and_can_be_switched_off():
    before = stats()
    assert encode({"a": "é"}) == json.dumps({"a": "é"})
    assert decode('{"a": 1}') == {"a": 1}
    assert stats()["render"]["native"] == before["render"]["native"] + 1
    assert stats()["parse"]["native"] == before["parse"]["native"] + 1
    with disabled():
        assert decode(encode([1])) == [1]
    assert stats()["render"]["stock"] == before["render"]["stock"] + 1
    assert stats()["parse"]["stock"] == before["parse"]["stock"] + 1
