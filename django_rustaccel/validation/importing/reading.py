"""Records of NDJSON and CSV files, and how many bytes of the file they end at."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.db import models

from django_rustaccel.validation.importing.problem import ImportProblemError
from django_rustaccel.validation.ndjson import MAX_LINE, LineError, lines
from django_rustaccel.validation.sources.models import TEXTS, ModelSource
from django_rustaccel.validation.validator import decode

BOM = b"\xef\xbb\xbf"
#: Bytes hashed at a time when a file is read again up to where it was left.
BLOCK = 1 << 20


@dataclass
class Record:
    """A record of a file, by the number of the line it begins at."""

    line: int
    #: What it says, or its text where that cannot be read.
    row: Any
    #: Why it cannot be read.
    error: str = ""


class TrackedFile:
    """A file that is read line by line and knows how far, and the SHA-256 of what was read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.offset = 0
        self.line = 0

    @property
    def digest(self) -> str:
        """Of everything up to the offset."""
        return self._digest.hexdigest()

    def readline(self, limit: int = MAX_LINE) -> bytes:
        """The next line, or ``limit`` bytes of it."""
        line = self._file.readline(limit)
        self._digest.update(line)
        self.offset += len(line)
        self.line += line.endswith(b"\n")
        return line

    def skip_to(self, offset: int, line: int, digest: str) -> None:
        """Go on where an earlier reading ended; raises if that is not the same file any more."""
        while self.offset < offset:
            block = self._file.read(min(BLOCK, offset - self.offset))
            if not block:
                break
            self._digest.update(block)
            self.offset += len(block)
        if (self.offset, self.digest) != (offset, digest):
            raise ImportProblemError(
                "The part of the file that was imported has changed since. "
                "--restart imports the file from its beginning."
            )
        self.line = line


def ndjson_records(file: TrackedFile) -> Iterator[Record]:
    """The object of each line."""
    before = file.line
    for number, line in lines(file):  # type: ignore[arg-type]
        yield _ndjson_record(before + number, line)


def _ndjson_record(number: int, line: Any) -> Record:
    if isinstance(line, LineError):
        return Record(number, None, str(line))
    if number == 1:
        line = line.removeprefix(BOM)
    try:
        return Record(number, decode(line))
    except ValueError as error:
        return Record(number, line.decode("utf-8", "replace"), f"JSON parse error - {error}")


class CSVRecords:
    """The rows of a CSV file with a heading of field names.

    An empty cell of a text column is an empty text; in any other column it is no value, so that the
    default of the field holds. A cell of a ``JSONField`` is JSON.
    """

    def __init__(self, file: TrackedFile, source: ModelSource) -> None:
        self.file = file
        self._is_utf8 = True
        # The module's own limit, which is for all of the process, is less than a text field takes.
        csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE))
        self._reader = csv.reader(self._lines(), strict=True)
        self.names = next(self._reader, [])
        unknown = [name for name in self.names if name not in source.by_key]
        if source.is_strict and unknown:
            raise ImportProblemError(f"{source.model._meta.label} has no {', '.join(unknown)}.")
        if len(set(self.names)) < len(self.names):
            raise ImportProblemError("A column is there twice.")
        self._fields = [source.by_key.get(name) for name in self.names]

    def _lines(self) -> Iterator[str]:
        is_first = self.file.offset == 0
        while line := self.file.readline():
            if len(line) == MAX_LINE:
                raise ImportProblemError(f"A line has more than {MAX_LINE:,} bytes.")
            yield self._decoded(line.removeprefix(BOM) if is_first else line)
            is_first = False

    def _decoded(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self._is_utf8 = False
            return line.decode("utf-8", "replace")

    def __iter__(self) -> Iterator[Record]:
        while True:
            line, self._is_utf8 = self.file.line + 1, True
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                raise ImportProblemError(f"Line {line} is no CSV: {error}") from error
            if cells is None:
                return
            if cells:
                yield self._record(line, cells)

    def _record(self, line: int, cells: list[str]) -> Record:
        if not self._is_utf8:
            return Record(line, cells, "Not UTF-8")
        if len(cells) != len(self.names):
            error = f"{len(cells)} columns instead of {len(self.names)}"
            return Record(line, cells, error)
        row = dict(zip(self.names, cells, strict=True))
        try:
            return Record(line, dict(self._values(cells)))
        except ValueError as error:
            return Record(line, row, str(error))

    def _values(self, cells: list[str]) -> Iterator[tuple[str, Any]]:
        for name, field, cell in zip(self.names, self._fields, cells, strict=True):
            if field is None or (not cell and type(field).to_python not in TEXTS):
                continue
            yield name, decode(cell) if isinstance(field, models.JSONField) else cell
