"""``JSONParser``: the values of :class:`rest_framework.parsers.JSONParser`, read natively."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from django.conf import settings

from django_rustaccel.conf import settings as own_settings
from django_rustaccel.core import bodies, jsontext, statistics
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals

#: Spellings of the one encoding that is read natively, as requests and settings have them.
UTF8 = ("utf-8", "UTF-8", "utf8", "UTF8")

_UNSURE = object()


class JSONParser(originals.JSONParser):
    """Drop-in for DRF's class of the same name, and a subclass of it, so that ``Request`` hands it
    the body under Django's ``DATA_UPLOAD_MAX_MEMORY_SIZE``.

    Whatever is not plain valid JSON in UTF-8 is read by DRF's own ``parse``, which then also says
    what is wrong with it.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """The Python value of a JSON stream; ``ParseError`` with DRF's text when it has none."""
        return parse_json(self, stream, media_type, parser_context, stock_parse)


#: DRF's own method: this module is imported before acceleration in place takes its name.
stock_parse: Callable[..., Any] = originals.JSONParser.parse


@statistics.timed
def parse_json(
    parser: Any, stream: Any, media_type: str | None, parser_context: Any, stock: Callable[..., Any]
) -> Any:
    """What ``stock(parser, stream, media_type, parser_context)`` returns or raises.

    ``stock`` is DRF's own ``JSONParser.parse``. It checks the charset before it reads, and so does
    this: a stream in any other charset than UTF-8 reaches it unread.
    """
    if is_disabled():
        return stock(parser, stream, media_type, parser_context)
    # A fixed text: what a request names does not belong into the counters.
    reason = "JSONParser: a charset other than UTF-8"
    encoding = (parser_context or {}).get("encoding", settings.DEFAULT_CHARSET)
    if encoding in UTF8:
        body, stream = _read(stream)
        value = _loads_for((parser_context or {}).get("view"))(body, _UNSURE)
        if value is not _UNSURE:
            statistics.parse["native"] += 1
            return value
        reason = "JSONParser: not plain valid JSON"
    statistics.parse["stock"] += 1
    statistics.fell_back(reason)
    return stock(parser, stream, media_type, parser_context)


_habits: WeakKeyDictionary[type, bodies.Habit] = WeakKeyDictionary()


def _loads_for(view: Any) -> Callable[[bytes, object], Any]:
    """How to read a body: each class of views has its habit."""
    if not own_settings.lazy_data:
        return jsontext.loads
    if view is None:
        return bodies.loads
    cls = type(view)
    return (_habits.get(cls) or _habits.setdefault(cls, bodies.Habit())).loads


def _read(stream: Any) -> tuple[bytes, Any]:
    """All of a stream, and a stream from which stock reads the same."""
    if type(stream) is io.BytesIO:
        body = stream.read()
        return body, io.BytesIO(body)
    parts = _Parts(stream)
    return parts.joined(), parts


class _Parts:
    """A stream as it was read: the same parts again, and the same error at its end."""

    def __init__(self, stream: Any) -> None:
        self._parts: list[Any] = []
        self._error: Exception | None = None
        try:
            while not self._parts or self._parts[-1]:
                self._parts.append(stream.read())
        except Exception as error:
            self._error = error

    def joined(self) -> bytes:
        """The whole body; nothing where only stock knows what to make of the parts."""
        if self._error or any(type(part) is not bytes for part in self._parts):
            return b""
        return b"".join(self._parts)

    def read(self) -> Any:
        if self._error and not self._parts:
            raise self._error
        return self._parts.pop(0)
