"""A module for ``SERIALIZATION_MODULES["json"]``: :mod:`django.core.serializers.json`, natively."""

from __future__ import annotations

from typing import Any

from django.core.serializers import json as stock
from django.core.serializers.json import DjangoJSONEncoder

from django_rustaccel.serializers.writing import RowsSerializer

__all__ = ["Deserializer", "DjangoJSONEncoder", "Serializer"]

Deserializer = stock.Deserializer


class Serializer(RowsSerializer, stock.Serializer):
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Serializer
