"""Depth of JSON texts, and batches of messages, without Django."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel.core.bodies import loads_many
from django_rustaccel.core.jsontext import is_deeper
from engines import describe
from json_documents import INVALID, ODD, VALID
from json_values import documents

UNSURE, TOO_DEEP = object(), object()
#: From this size on, messages are looked through without the GIL.
LARGE = b'{"text": "' + b"x" * 20_000 + b'"}'


def depth(value: Any) -> int:
    if not isinstance(value, (dict, list)):
        return 0
    children = value.values() if isinstance(value, dict) else value
    return 1 + max(map(depth, children), default=0)


@given(documents)
def test_depth(value):
    text = json.dumps(value).encode()
    deep = depth(json.loads(text))
    assert not is_deeper(text, deep)
    assert deep == 0 or is_deeper(text, deep - 1)


@pytest.mark.parametrize(
    ("text", "limit", "answer"),
    [
        (b"", 0, False),
        (b'"[[["', 0, False),
        (rb'"\"[[["', 0, False),
        (rb'"\\"[[[', 2, True),
        (b"[" * 1_000_000, 999_999, True),
        (b"]]]][", 1, False),
        (b'"' + b"\\" * 99, 0, False),
        (b"\xff\xfe[[", 1, True),
    ],
)
def test_depth_of_other_texts(text, limit, answer):
    assert is_deeper(text, limit) is answer


@given(st.lists(st.sampled_from([*VALID, *ODD, *INVALID, LARGE]), max_size=8), st.booleans())
def test_a_batch_is_read_as_each_message_alone(messages, is_limited):
    limit = 2 if is_limited else None
    read = loads_many(messages, limit, UNSURE, TOO_DEEP)
    assert len(read) == len(messages)
    for message, value in zip(messages, read, strict=True):
        if is_limited and is_deeper(message, 2):
            assert value is TOO_DEEP
        elif message in ODD + INVALID:
            assert value is UNSURE
        else:
            assert describe(value) == describe(json.loads(message))


@pytest.mark.parametrize("messages", [None, [None], ["1"], [b"1", 1]])
def test_only_bytes(messages):
    with pytest.raises(TypeError):
        loads_many(messages, None, UNSURE, TOO_DEEP)
