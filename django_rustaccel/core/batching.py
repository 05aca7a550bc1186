"""Batches of calls as JSON: taken apart and put together without reading the bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple, NoReturn

from django_rustaccel._rust import is_json as is_plain_json
from django_rustaccel._rust import loads, look_up, split_batch, write_answer

__all__ = [
    "Call",
    "MalformedBatchError",
    "Target",
    "is_json",
    "join",
    "json_text",
    "line",
    "look_up",
    "split",
    "write_answer",
]


class MalformedBatchError(ValueError):
    """A text is no batch; the message says where."""


class Target(NamedTuple):
    """``{"$ref": name}`` in a body: where it begins and ends, and its name if that is a text."""

    start: int
    end: int
    name: str | None


class Call(NamedTuple):
    """One call as it was sent.

    ``members`` are all but the body, or ``None`` for what is no object; then ``problem`` says why.
    ``body`` is the text that was sent, ``None`` without one, ``depth`` how many containers it has
    within one another.
    """

    members: dict[str, Any] | None
    body: bytes | None
    depth: int
    targets: list[Target]
    problem: str | None


def split(text: bytes, most: int) -> tuple[list[Call] | None, dict[str, Any]]:
    """The calls of ``{"requests": [call, …]}`` or ``[call, …]``, and the other members.

    No calls for a document without a list of them; of more than `most`, one more.
    Raises :class:`MalformedBatchError`.
    """
    parts = split_batch(text, most)
    if parts is None:
        raise MalformedBatchError(_problem(text))
    calls, members = parts
    return None if calls is None else [_call(*call) for call in calls], members


def _call(
    members: dict[str, Any] | None,
    body: bytes | None,
    depth: int,
    references: list[tuple[int, int, str | None]],
    text: bytes | None,
) -> Call:
    problem = None if text is None else _problem(text)
    return Call(members, body, depth, [Target(*each) for each in references], problem)


def _problem(text: bytes) -> str:
    """What the standard library says is wrong, or what is expected."""
    try:
        value = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        return f"JSON parse error - {error}"
    if isinstance(value, dict):
        return "a lone surrogate, NaN, an endless number or too deep nesting is no plain JSON"
    return f"an object is expected, not {type(value).__name__}"


def is_json(text: bytes) -> bool:
    """Whether a text is JSON by RFC 8259, and so can stand inside another."""
    if is_plain_json(text):
        return True
    try:
        # Lone surrogates, numbers of a thousand digits: JSON too.
        json.loads(text.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def join(answers: Iterable[bytes]) -> bytes:
    """The document of all answers."""
    return b'{"responses":[' + b",".join(answers) + b"]}"


def line(answer: bytes) -> bytes:
    """An answer as a line of its own: what ends lines in it is white space between values."""
    return re.sub(rb"[\r\n]", b" ", answer) + b"\n"


def json_text(text: bytes) -> str | None:
    """The value of a JSON text that is a string in UTF-8; ``None`` for all others."""
    value = loads(text, None)
    return value if isinstance(value, str) else None
