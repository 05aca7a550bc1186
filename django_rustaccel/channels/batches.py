"""Batches of messages: what came from sockets, decoded and validated together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django_rustaccel.channels.refusals import UNREADABLE, Refusal, invalid, too_deep, unreadable
from django_rustaccel.channels.text import to_text
from django_rustaccel.conf import settings
from django_rustaccel.core import bodies, jsontext, statistics

if TYPE_CHECKING:
    from django_rustaccel.validation import Validator

_UNSURE, _TOO_DEEP = object(), object()


class Pending(NamedTuple):
    """A message as it was accepted: its bytes, where it is from, and who learns of a refusal."""

    raw: bytes
    source: Any
    on_refusal: Callable[[Refusal], object] | None

    @property
    def message(self) -> Message:
        """The message before its data are known."""
        return Message(None, self.source, self.raw)

    def refuse(self, refusal: Refusal) -> None:
        """Tell the source."""
        if self.on_refusal is not None:
            self.on_refusal(refusal)


class Message(NamedTuple):
    """One message of a batch.

    ``data`` is its content, or the valid data of it; ``source`` is what it was put with, for those
    of a consumer the consumer; ``raw`` is its text in UTF-8.
    """

    data: Any
    source: Any
    raw: bytes


def read(
    batch: list[Pending], validator: Validator | None, max_depth: int | None
) -> tuple[list[Message], list[tuple[Pending, Refusal]]]:
    """The messages of a batch, and those that are refused. Raises what the validator raises."""
    messages, refused = [], []
    for pending, data in zip(batch, _results(batch, validator, max_depth), strict=True):
        if isinstance(data, Refusal):
            refused.append((pending, data))
        else:
            messages.append(Message(data, pending.source, pending.raw))
    return messages, refused


def _results(batch: list[Pending], validator: Validator | None, max_depth: int | None) -> list[Any]:
    contents = list(_contents([pending.raw for pending in batch], max_depth))
    if validator is None:
        return contents
    good = [content for content in contents if not isinstance(content, Refusal)]
    valid = iter(validator.results(good))
    return [
        content if isinstance(content, Refusal) else _valid(*next(valid)) for content in contents
    ]


def _valid(data: Any, error: Exception | None) -> Any:
    return data if error is None else invalid(error)


def _contents(raws: list[bytes], max_depth: int | None) -> Iterator[Any]:
    """The content of each, or its refusal."""
    for raw, value in zip(raws, _decoded(raws, max_depth), strict=True):
        if value is _TOO_DEEP and max_depth is not None:
            yield too_deep(max_depth)
        elif value is _UNSURE:
            yield _by_stock(raw)
        else:
            statistics.parse["native"] += 1
            yield value


def _decoded(raws: list[bytes], max_depth: int | None) -> list[Any]:
    if settings.lazy_data:
        return bodies.loads_many(raws, max_depth, _UNSURE, _TOO_DEEP)
    return [_decoded_at_once(raw, max_depth) for raw in raws]


def _decoded_at_once(raw: bytes, max_depth: int | None) -> Any:
    if max_depth is not None and jsontext.is_deeper(raw, max_depth):
        return _TOO_DEEP
    return jsontext.loads(raw, _UNSURE)


def _by_stock(raw: bytes) -> Any:
    statistics.parse["stock"] += 1
    try:
        return json.loads(to_text(raw))
    except UNREADABLE as error:
        return unreadable(error)
