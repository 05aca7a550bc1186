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
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from inspect import getattr_static
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Any, NoReturn
from uuid import UUID

from django_rustaccel.core.jsontext import Form, Json

__all__ = ["dumps", "loads"]

#: Makes of a value something that JSON has a form for, or raises ``TypeError``.
Default = Callable[[Any], Any]
#: Names of attributes, which become an object; the name of one that stands for the value; a
#: function of the value; or nothing is known.
Way = tuple[str, ...] | str | Default | None

ADDRESSES = (IPv4Address, IPv6Address, IPv4Network, IPv6Network)


def _way(kind: Any) -> Way:
    """How the values of a class are written that is not one of Python's own containers."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    if attributes := getattr(kind, "__attrs_attrs__", None):
        return tuple(attribute.name for attribute in attributes)
    if hasattr(kind, "model_dump") and hasattr(kind, "__pydantic_serializer__"):
        return lambda model: model.model_dump(mode="json")
    if issubclass(kind, Enum) and getattr_static(kind, "value", None) is Enum.__dict__["value"]:
        return "_value_"  # What `value` gives, by way of a property written in Python.
    return next((way for base, way in WAYS if issubclass(kind, base)), None)


def _form(kind: type) -> Form:
    """The same for the native writer, which asks once a class."""
    if issubclass(kind, tuple) and _iterates_as_tuple(kind):
        return Form.tuple()
    if issubclass(kind, JSON_CLASSES):
        return Form.inherited()
    way = _way(kind)
    return Form(way, isinstance(way, tuple) and _is_in_dict(kind, way))


def _iterates_as_tuple(kind: type) -> bool:
    is_same = kind.__iter__ is tuple.__iter__ and kind.__len__ is tuple.__len__  # type: ignore[attr-defined]
    return is_same and not hasattr(kind, "__bool__")


def _is_in_dict(kind: Any, names: Iterable[str]) -> bool:
    """Whether attributes are what the ``__dict__`` of an instance says, if it has them.

    Descriptors that can be set come first: https://docs.python.org/3/howto/descriptor.html.
    """
    found = (type(getattr_static(kind, name, None)) for name in names)
    is_hidden = any(hasattr(each, "__set__") or hasattr(each, "__delete__") for each in found)
    return kind.__getattribute__ is object.__getattribute__ and not is_hidden


def _moment(value: datetime | time) -> str:
    text = value.isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


#: Written as what they inherit from, whatever else they are.
JSON_CLASSES = (str, int, float, list, tuple, dict)
#: Of subclasses, and of values of which the native writer is not sure.
WAYS: list[tuple[Any, Default]] = [
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


def _by_json(value: Any, default: Default | None, indent: int | None) -> bytes:
    """By the standard library, whose errors are the answer to what the native writer refuses."""
    separators = (",", ":") if indent is None else (",", ": ")
    text = json.dumps(
        value,
        default=lambda value: _stand_in(value, default),
        ensure_ascii=False,
        allow_nan=False,
        indent=indent,
        separators=separators,
    )
    return text.replace("\u2028", r"\u2028").replace("\u2029", r"\u2029").encode()


def _stand_in(value: Any, default: Default | None) -> Any:
    """Something that JSON has a form for."""
    way = _way(type(value))
    if way is None:
        way = default
    if isinstance(way, tuple):
        return {name: getattr(value, name) for name in way}
    if isinstance(way, str):
        return getattr(value, way)
    if way is None:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return way(value)


def _by_json_loads(text: bytes | bytearray | memoryview | str) -> Any:
    try:
        # Decoded here: the standard library would guess an encoding, and take surrogates.
        text = (text.encode() if isinstance(text, str) else bytes(text)).decode()
    except UnicodeEncodeError:
        raise json.JSONDecodeError("A lone surrogate is no text", "", 0) from None
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise json.JSONDecodeError("Nested too deeply", "", 0) from None


def _refuse(name: str) -> NoReturn:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)


_json = Json(_form, _by_json, _by_json_loads)
# Methods of a native object: a function of Python's own would take as long as a small document.
dumps = _json.dumps
loads = _json.loads
