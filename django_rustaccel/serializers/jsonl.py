"""A module for ``SERIALIZATION_MODULES["jsonl"]``: :mod:`django.core.serializers.jsonl`, natively."""

from __future__ import annotations

from typing import Any

from django.core.serializers import jsonl as stock

from django_rustaccel.serializers.writing import RowsSerializer

__all__ = ["Deserializer", "Serializer"]

Deserializer = stock.Deserializer


class Serializer(RowsSerializer, stock.Serializer):
    """Drop-in for Django's class of the same name."""

    stock_class: type[Any] = stock.Serializer
    in_lines = True
