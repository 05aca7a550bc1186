"""For ``SERIALIZATION_MODULES["jsonl"]``: :mod:`django.core.serializers.jsonl`, natively."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.serializers import jsonl as stock
from django.core.serializers import python
from django.core.serializers.base import DeserializationError

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.serializers.reading import PlainDeserializer, parse
from django_rustaccel.serializers.writing import RowsSerializer

__all__ = ["Deserializer", "Serializer"]

_python: Any = python.Deserializer


class Serializer(RowsSerializer, stock.Serializer):
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Serializer
    in_lines = True


class Deserializer(PlainDeserializer, stock.Deserializer):  # type: ignore[misc]
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Deserializer

    def __init__(self, stream_or_string: Any, **options: Any) -> None:
        if is_disabled():
            super().__init__(stream_or_string, **options)
            return
        lines = stream_or_string
        if isinstance(lines, bytes):
            lines = lines.decode()
        if isinstance(lines, str):
            lines = lines.splitlines()
        _python.__init__(self, _objects(lines), **options)


def _objects(lines: Any) -> Iterator[Any]:
    for line in lines:
        if not line.strip():
            continue
        try:
            yield parse(line)
        except Exception as error:
            raise DeserializationError from error
