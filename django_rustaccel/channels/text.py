"""The JSON text of messages: what Channels' consumers write and read, natively."""

from __future__ import annotations

import json
from typing import Any

from django_rustaccel.core import jsontext, statistics
from django_rustaccel.core.switch import is_disabled

_UNSURE = object()


def encode(content: Any) -> str:
    """``json.dumps(content)``, with its errors."""
    made = None if is_disabled() else _natively(content)
    if made is None:
        statistics.render["stock"] += 1
        return json.dumps(content)
    statistics.render["native"] += 1
    return made.decode("ascii")


def _natively(content: Any) -> bytes | None:
    try:
        return jsontext.dumps(content, True, False, None, True, json.JSONEncoder, False)
    except (TypeError, ValueError, RecursionError):
        return None  # Some versions of Python add to these errors where in the content they arose.


def decode(text: Any) -> Any:
    """``json.loads(text)``, with its errors."""
    encoded = None if is_disabled() or type(text) is not str else to_bytes(text)
    value = _UNSURE if encoded is None else jsontext.loads(encoded, _UNSURE)
    if value is _UNSURE:
        statistics.parse["stock"] += 1
        return json.loads(text)
    statistics.parse["native"] += 1
    return value


def to_bytes(text: str) -> bytes:
    """The text in UTF-8; lone surrogates, which are none, as the three bytes they would be."""
    return text.encode("utf-8", "surrogatepass")


def to_text(message: bytes) -> str:
    """What :func:`to_bytes` was given."""
    return message.decode("utf-8", "surrogatepass")
