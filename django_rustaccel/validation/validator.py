"""One call from JSON to validated data, in views, commands and workers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple

from django_rustaccel.core.jsontext import loads
from django_rustaccel.validation.ndjson import CHUNK, MAX_LINE, LineError, lines
from django_rustaccel.validation.rows import batched
from django_rustaccel.validation.sources import source_of


class Row(NamedTuple):
    """One line of a stream: its number from 1, and its data or its error."""

    line: int
    data: Any
    error: Any


class Validator:
    """Compiled once, for any number of documents; it keeps nothing of them.

    ``described_by`` is the class of a DRF serializer, of a form or model form, or of a model, which
    takes the names of its ``fields`` too. ``options`` are for the serializer (``context``,
    ``partial``) or form class; for a model they are ``unknown`` ("forbid" or "ignore" keys that are
    no fields), ``validate_unique`` and ``validate_constraints``.

    Valid data are the ``validated_data`` of a serializer, the ``cleaned_data`` of a form, and of a
    model the cleaned values by attribute, so that ``Model(**data)`` is an instance. What is wrong
    is raised as DRF's ``ValidationError`` for serializers and as Django's for all others; a
    document that is no JSON has the code ``parse_error``.
    """

    def __init__(
        self, described_by: type[Any], fields: Collection[str] | None = None, **options: Any
    ) -> None:
        self._source = source_of(described_by, fields, options)

    def validate_python(self, value: Any) -> Any:
        """The valid data of one decoded object."""
        return self._source.one(value)

    def validate_json(self, document: bytes | str) -> Any:
        """The valid data of a JSON object."""
        return self._source.one(self._decoded(document))

    def validate_many_python(self, values: list[Any]) -> list[Any]:
        """The valid data of each of a list of decoded objects."""
        return self._source.many(values)

    def validate_many_json(self, document: bytes | str) -> list[Any]:
        """The valid data of each object of a JSON list.

        Raises DRF's own error of a list for a serializer, and for all others
        :class:`~django_rustaccel.exceptions.BulkValidationError`, which has the error of each
        object by its index.
        """
        return self._source.many(self._decoded(document))

    def results(self, values: list[Any]) -> Iterator[tuple[Any, Exception | None]]:
        """The valid data of each of a list of decoded objects, or what is wrong with it."""
        yield from self._source.results(values)

    def validate_ndjson(
        self,
        stream: BinaryIO | Iterable[bytes | str],
        *,
        chunk: int = CHUNK,
        max_line: int = MAX_LINE,
    ) -> Iterator[Row]:
        """The data or the error of each line of a binary file, or of an iterable of lines.

        Lines are looked at ``chunk`` by ``chunk`` and forgotten, so that memory stays the same for
        any length of stream. Empty lines are left out. A line over ``max_line`` bytes is an error;
        of a file it is skipped without being read into memory.
        """
        for numbered in batched(lines(stream, max_line), chunk):
            yield from self._rows(numbered)

    def _rows(self, numbered: list[tuple[int, bytes | str | LineError]]) -> Iterator[Row]:
        decoded = [self._line(line) for _, line in numbered]
        whole = [value for value, error in decoded if error is None]
        results = iter(list(self._source.results(whole)))
        for (number, _), (_, unread) in zip(numbered, decoded, strict=True):
            yield Row(number, None, unread) if unread is not None else Row(number, *next(results))

    def _line(self, line: bytes | str | LineError) -> tuple[Any, Exception | None]:
        if isinstance(line, LineError):
            return None, self._source.error(str(line), "parse_error")
        try:
            return decode(line), None
        except ValueError as error:
            return None, self._parse_error(error)

    def _decoded(self, document: bytes | str) -> Any:
        try:
            return decode(document)
        except ValueError as error:
            raise self._parse_error(error) from error

    def _parse_error(self, error: ValueError) -> Exception:
        return self._source.error(f"JSON parse error - {error}", "parse_error")


_OTHERWISE = object()


def decode(document: bytes | str) -> Any:
    """``json.loads`` of UTF-8 without ``NaN`` and ``Infinity``; raises ``ValueError``.

    A document that is nested too deeply to be read is wrong as well.
    """
    encoded = document.encode("utf-8", "surrogatepass") if isinstance(document, str) else document
    value = loads(bytes(encoded), _OTHERWISE)
    return _by_stock(document) if value is _OTHERWISE else value


def _by_stock(document: bytes | str) -> Any:
    import json

    text = document if isinstance(document, str) else bytes(document).decode("utf-8")
    try:
        return json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("Nested too deeply") from error


def _refuse(name: str) -> Any:
    raise ValueError(f"Out of range float values are not JSON compliant: {name}")
