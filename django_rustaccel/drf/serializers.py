"""Drop-in for ``rest_framework.serializers``: everything in it, its serializers accelerated.

For projects that opt in class by class instead of with ``RUSTACCEL["ACCELERATE_DRF"]``::

    from django_rustaccel.drf import serializers

    class BookSerializer(serializers.ModelSerializer): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rest_framework.fields import empty
from rest_framework.serializers import *  # noqa: F403

from django_rustaccel.drf import describe, describe_input, framework, originals, reading, writing

if TYPE_CHECKING:
    # For whoever uses them they are DRF's classes, type arguments and all.
    from rest_framework.serializers import (
        HyperlinkedModelSerializer,
        ListSerializer,
        ModelSerializer,
        Serializer,
    )
else:

    class ListSerializer(originals.ListSerializer):
        """DRF's ``ListSerializer``: validation, representation and ``.data`` run natively."""

        def to_representation(self, data: Any) -> list[Any]:
            """Return the list of dicts that DRF returns."""
            return reading.represent_many(self, data, describe.STOCK_LIST)

        def to_internal_value(self, data: Any) -> list[Any]:
            """Return the validated rows that DRF returns, or raise its errors."""
            return writing.rows_to_internal_value(self, data, describe_input.STOCK_ROWS)

        @property
        def data(self) -> Any:
            """DRF's ``ReturnList``, made when it is first looked at."""
            return reading.list_data(self, describe.STOCK_LIST_DATA)

    class Serializer(originals.Serializer):
        """DRF's ``Serializer``: both directions run natively, ``many=True`` too."""

        def to_representation(self, instance: Any) -> dict[str, Any]:
            """Return the dict that DRF returns."""
            return reading.represent_one(self, instance, describe.STOCK_SERIALIZER)

        def run_validation(self, data: Any = empty) -> Any:
            """Return the validated data that DRF returns, or raise its errors."""
            return writing.run_validation(self, data, describe_input.STOCK_RUN)

        def to_internal_value(self, data: Any) -> dict[str, Any]:
            """Return the values of the fields that DRF returns, or raise its errors."""
            return writing.fields_to_internal_value(self, data, describe_input.STOCK_FIELDS)

        @classmethod
        def many_init(cls, *args: Any, **kwargs: Any) -> Any:
            """Give ``many=True`` this module's list class where DRF would take its own."""
            made = super().many_init(*args, **kwargs)
            if type(made) is originals.ListSerializer:
                made.__class__ = ListSerializer
            return made

    class ModelSerializer(Serializer, originals.ModelSerializer):
        """DRF's ``ModelSerializer``, accelerated."""

    class HyperlinkedModelSerializer(ModelSerializer, originals.HyperlinkedModelSerializer):
        """DRF's ``HyperlinkedModelSerializer``, accelerated."""


framework.count_frames_of_users()
describe.SERIALIZER_METHODS.add(Serializer.to_representation)
describe.LIST_METHODS.add(ListSerializer.to_representation)
describe_input.RUN_METHODS.add(Serializer.run_validation)
describe_input.FIELDS_METHODS.add(Serializer.to_internal_value)
describe_input.ROWS_METHODS.add(ListSerializer.to_internal_value)
