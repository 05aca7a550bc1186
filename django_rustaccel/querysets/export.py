"""Querysets as JSON, NDJSON and CSV, for code without Django REST framework."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from django_rustaccel.core import statistics
from django_rustaccel.core.description import Entry
from django_rustaccel.core.engine import Reader
from django_rustaccel.core.jsontext import dump_lines, dumps
from django_rustaccel.querysets import rows
from django_rustaccel.querysets.selection import Fields, select
from django_rustaccel.querysets.spelling import FRAMEWORK, Selected

#: Compiled selections that are kept.
MAX_EXPORTS = 256

#: Rows that are read, and written, at a time when a queryset is streamed.
CHUNK_SIZE = 2000


@statistics.timed
def to_json(queryset: QuerySet[Any], fields: Fields | None = None) -> bytes:
    """A queryset as a JSON list, in one go.

    Args:
        queryset: Read now, on its own database.
        fields: What each object becomes; without it, every column and annotation.

            - ``["id", "title"]``: columns and annotations, as ``values()`` names them; a foreign
              key gives its key, a relation to many the list of keys.
            - ``"publisher.name"`` (or ``"publisher__name"``): through relations to one object,
              ``null`` where one leads nowhere.
            - ``{"name": "publisher.name"}``: under another name.
            - ``{"publisher": ["id", "name"]}``: objects behind a relation, nested: a map for one
              object, a list for many; ``{"house": ("publisher", ["name"])}`` under another name.

    Returns:
        The bytes of ``JsonResponse(list(queryset.values(*fields)), safe=False)``, where
        ``values()`` can say the same.

    Raises:
        FieldError: for a name that leads nowhere.

    """
    if _has_other_items(queryset, fields):
        return _spell(list(queryset))
    return _spell(_export_of(queryset, fields).held(queryset))


def stream_json(
    queryset: QuerySet[Any], fields: Fields | None = None, *, chunk_size: int = CHUNK_SIZE
) -> Iterator[bytes]:
    """The bytes of :func:`to_json` in parts, with memory for ``chunk_size`` rows at a time."""
    opening = b"["
    for held in _chunks(queryset, fields, chunk_size):
        yield opening + _spell(held)[1:-1]
        opening = b", "
    yield b"[]" if opening == b"[" else b"]"


def stream_ndjson(
    queryset: QuerySet[Any], fields: Fields | None = None, *, chunk_size: int = CHUNK_SIZE
) -> Iterator[bytes]:
    """The objects of a queryset as compact JSON, each on a line of its own."""
    for held in _chunks(queryset, fields, chunk_size):
        lines = dump_lines(held, DjangoJSONEncoder)
        yield _stock_lines(held) if lines is None else lines


@statistics.timed
def to_csv(queryset: QuerySet[Any], fields: Fields | None = None) -> bytes:
    """A queryset as CSV (RFC 4180) in UTF-8 with a line of names; nested values stand as JSON."""
    return b"".join(stream_csv(queryset, fields))


def stream_csv(
    queryset: QuerySet[Any], fields: Fields | None = None, *, chunk_size: int = CHUNK_SIZE
) -> Iterator[bytes]:
    """The bytes of :func:`to_csv` in parts."""
    names = [entry.name for entry in _export_of(queryset, fields).entries]
    yield _csv([names])
    for held in _chunks(queryset, fields, chunk_size):
        yield _csv([_csv_cell(row[name]) for name in names] for row in held)


def _csv(lines: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def _csv_cell(value: Any) -> Any:
    return _spell(value).decode() if isinstance(value, (dict, list)) else value


def _spell(value: Any) -> bytes:
    text = dumps(value, True, False, None, True, DjangoJSONEncoder, False)
    return json.dumps(value, cls=DjangoJSONEncoder).encode() if text is None else text


def _stock_lines(objects: Any) -> bytes:
    """What :mod:`json` says of objects that native code does not decide about."""
    compact = (",", ":")
    lines = (json.dumps(each, cls=DjangoJSONEncoder, separators=compact) for each in objects)
    return "".join(f"{line}\n" for line in lines).encode()


def _has_other_items(queryset: Any, fields: Fields | None) -> bool:
    """Whether a queryset gives plain values and no instances; a selection of them is an error."""
    is_plain = getattr(queryset, "_fields", None) is not None
    if is_plain and fields is not None:
        raise TypeError("values() and values_list() have chosen fields already")
    return is_plain


def _chunks(queryset: QuerySet[Any], fields: Fields | None, chunk_size: int) -> Iterator[Any]:
    """Lists of objects, held as rows where they can be."""
    if chunk_size < 1:
        raise ValueError("chunk_size is at least 1")
    if _has_other_items(queryset, fields):
        yield from _batched(queryset.iterator(chunk_size), chunk_size)
    else:
        yield from _export_of(queryset, fields).chunks(queryset, chunk_size)


def _batched(items: Iterator[Any], size: int) -> Iterator[list[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


class Held(list):  # type: ignore[type-arg]
    """What was read, in the shape that the native JSON writer asks lists for."""

    def __init__(self, rows: Any, selected: Any) -> None:
        super().__init__()
        self._rustaccel_rows = (rows, selected)

    def __iter__(self) -> Iterator[Any]:
        rows, selected = self._rustaccel_rows
        return iter(rows.to_list(selected)[0])


class _Export:
    """A compiled selection of one model."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        #: What reading needs from the model, kept by ``readable``.
        self.derived: dict[Any, Any] = {}
        self.reader = Reader((None, [entry.as_tuple() for entry in entries]), FRAMEWORK)
        self.selected = Selected(entries)

    def held(self, queryset: QuerySet[Any]) -> Held:
        """Everything that a queryset gives, read now."""
        read = rows.read(self, queryset) if _is_unread(queryset) else "it has been read already"
        if isinstance(read, str):
            return self._instances(queryset, queryset, read)
        statistics.read["rows"] += 1
        return Held(self.reader.rows(read.table), self.selected)

    def chunks(self, queryset: QuerySet[Any], size: int) -> Iterator[Held]:
        """The same, ``size`` rows at a time."""
        parts = rows.read_in_chunks(self, queryset, size)
        if isinstance(parts, str):
            for batch in _batched(queryset.iterator(size), size):
                yield self._instances(queryset, batch, parts)
            return
        statistics.read["rows"] += 1
        for read in parts:
            yield Held(self.reader.rows(read.table), self.selected)

    def _instances(self, queryset: QuerySet[Any], objects: Any, reason: str) -> Held:
        statistics.read["instances"] += 1
        statistics.fell_back(f"{queryset.model.__name__} is read from instances: {reason}")
        return Held(self.reader.record(self.selected, objects)[0], self.selected)


def _is_unread(queryset: Any) -> bool:
    return queryset._result_cache is None


def _export_of(queryset: QuerySet[Any], fields: Fields | None) -> _Export:
    annotations = queryset.query.annotation_select
    types = tuple((name, type(each.output_field)) for name, each in annotations.items())
    key = (queryset.model, repr(fields), types)
    export = _exports.get(key)
    if export is None:
        while len(_exports) >= MAX_EXPORTS:
            _exports.pop(next(iter(_exports)), None)
        export = _exports[key] = _Export(select(queryset.model, fields, annotations))
    return export


#: By model, selection and annotations: the oldest goes first.
_exports: dict[Any, _Export] = {}
