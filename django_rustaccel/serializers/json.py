"""For ``SERIALIZATION_MODULES["json"]``: :mod:`django.core.serializers.json`, natively."""

from __future__ import annotations

from typing import Any

from django.core.serializers import json as stock
from django.core.serializers import python
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.serializers.reading import PlainDeserializer, parse
from django_rustaccel.serializers.writing import RowsSerializer

__all__ = ["Deserializer", "DjangoJSONEncoder", "Serializer"]

_python: Any = python.Deserializer


class Serializer(RowsSerializer, stock.Serializer):
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Serializer


class Deserializer(PlainDeserializer, stock.Deserializer):  # type: ignore[misc]
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Deserializer

    def __init__(self, stream_or_string: Any, **options: Any) -> None:
        if is_disabled():
            super().__init__(stream_or_string, **options)
            return
        text = stream_or_string
        if not isinstance(text, (bytes, str)):
            text = text.read()
        if isinstance(text, bytes):
            text.decode()  # Stock's error for bytes that are no UTF-8.
        try:
            objects = parse(text)
        except Exception as error:
            raise DeserializationError from error
        _python.__init__(self, objects, **options)
