"""Serializers of Django REST framework."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.settings import api_settings

from django_rustaccel.validation.sources.base import Result, Source


class SerializerSource(Source):
    """``is_valid`` of a serializer of its own for each row, or of one with ``many=True``.

    ``options`` are further arguments of the serializer class: ``context``, ``partial``.
    """

    def __init__(self, serializer_class: type[Any], options: dict[str, Any]) -> None:
        self.serializer_class = serializer_class
        self.options = options

    def results(self, rows: list[Any]) -> Iterator[Result]:
        """The ``validated_data`` of each, or the error that ``is_valid`` raises."""
        for row in rows:
            try:
                yield self.one(row), None
            except ValidationError as error:
                yield None, error

    def one(self, row: Any) -> Any:
        """The ``validated_data`` of a row."""
        return self._validated(self.serializer_class(data=row, **self.options))

    def many(self, rows: Any) -> list[Any]:
        """The ``validated_data`` of a list; its error has the form of the installed DRF."""
        data: list[Any] = self._validated(
            self.serializer_class(data=rows, many=True, **self.options)
        )
        return data

    def _validated(self, serializer: Any) -> Any:
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def error(self, message: str, code: str) -> Exception:
        """DRF's error, under the name it has for errors of no field."""
        return ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [message]}, code=code)
