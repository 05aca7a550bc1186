"""JSON for every application, Django or not: values to bytes, bytes to values.

Beside what :mod:`json` takes, these have a form:

=========================================  ===================================================
``datetime``, ``date``, ``time``           ISO 8601, with ``Z`` for UTC
``timedelta``                              its seconds, as a text
``Decimal``                                a number
``UUID``, paths, addresses                 their text
enumerations                               their value
dataclasses, attrs classes                 an object of their fields
Pydantic models                            what ``model_dump(mode="json")`` makes of them
mappings, sets, deques                     objects, and lists
=========================================  ===================================================
"""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Any, NoReturn
from uuid import UUID

from django_rustaccel.core import jsontext

__all__ = ["dumps", "loads"]

#: Makes of a value something that JSON has a form for, or raises ``TypeError``.
Default = Callable[[Any], Any]

ADDRESSES = (IPv4Address, IPv6Address, IPv4Network, IPv6Network)
_UNSURE = object()


def dumps(value: Any, default: Default | None = None, *, indent: int | None = None) -> bytes:
    """``value`` as compact JSON in UTF-8.

    Parameters: `default` is called with what has no form of its own, and returns something that
    has; `indent` is a number of spaces, 0 to 32. Raises ``TypeError`` for what has no form, and
    ``ValueError`` for NaN, infinity, lone surrogates and cycles.
    """
    encoder = _Encoder(default)
    made = jsontext.dumps(value, False, indent is None, indent, False, encoder, True)
    return _by_json(value, encoder, indent) if made is None else made


def loads(text: bytes | bytearray | memoryview | str) -> Any:
    """The value of a JSON text, by RFC 8259: ``NaN`` and ``Infinity`` are none.

    Raises ``json.JSONDecodeError`` or another ``ValueError`` for what is no JSON in UTF-8.
    """
    try:
        data = text.encode() if isinstance(text, str) else bytes(text)
    except UnicodeEncodeError:
        raise json.JSONDecodeError("A lone surrogate is no text", "", 0) from None
    value = jsontext.loads(data, _UNSURE)
    # Decoded here: the standard library would guess an encoding, and take surrogates.
    return _by_json_loads(data.decode()) if value is _UNSURE else value


class _Encoder:
    """What the native writer asks for the form of a value; made without a class of its own."""

    __slots__ = ("_hook",)

    def __init__(self, hook: Default | None) -> None:
        self._hook = hook

    def __call__(self, **options: Any) -> _Encoder:
        return self

    def default(self, value: Any) -> Any:
        """Something that JSON has a form for."""
        kind: Any = type(value)
        form = _form(kind)
        if form is not None:
            return form(value)
        if self._hook is not None:
            return self._hook(value)
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


@lru_cache(1024)
def _form(kind: type) -> Default | None:
    """What makes JSON of the values of a class that is not one of Python's own containers."""
    if dataclasses.is_dataclass(kind):
        return _fields_of(field.name for field in dataclasses.fields(kind))
    if attributes := getattr(kind, "__attrs_attrs__", None):
        return _fields_of(attribute.name for attribute in attributes)
    if hasattr(kind, "model_dump") and hasattr(kind, "__pydantic_serializer__"):
        return lambda model: model.model_dump(mode="json")
    return next((form for base, form in FORMS if issubclass(kind, base)), None)


def _fields_of(fields: Any) -> Default:
    names = tuple(fields)

    def form(value: Any) -> dict[str, Any]:
        return {name: getattr(value, name) for name in names}

    return form


def _moment(value: datetime | time) -> str:
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


#: Of subclasses, and of values of which the native writer is not sure.
FORMS: list[tuple[Any, Default]] = [
    (Enum, lambda value: value.value),
    (datetime, _moment),
    (date, date.isoformat),
    (time, _moment),
    (timedelta, lambda value: str(value.total_seconds())),
    (Decimal, float),
    (UUID, str),
    ((PurePath, *ADDRESSES), str),
    (Mapping, dict),
    ((set, frozenset, deque), list),
]


def _by_json(value: Any, encoder: _Encoder, indent: int | None) -> bytes:
    """By the standard library, whose errors are the answer to what the native writer refuses."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        value,
        default=encoder.default,
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=separators,
    )
    return text.replace("\u2028", r"\u2028").replace("\u2029", r"\u2029").encode()


def _by_json_loads(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise json.JSONDecodeError("Nested too deeply", "", 0) from None


def _refuse(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)
