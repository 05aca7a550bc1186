"""The file of rejected records, which is never ahead of the database for longer than a chunk."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from django.core.exceptions import ValidationError

from django_rustaccel.validation.importing.reading import Record


class Rejects:
    """NDJSON: the line of each rejected record, its errors by field, and what it says."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._file = path.open("ab+")
        self._size = size

    def __enter__(self) -> Rejects:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cut()
        self._file.close()
        if not self._size:
            self._path.unlink()

    def write(self, rejected: list[tuple[Record, dict[str, list[str]]]]) -> int:
        """Write records behind those of committed chunks, to the disk; the size it makes."""
        self._cut()
        for record, errors in rejected:
            entry = {"line": record.line, "errors": errors, "row": record.row}
            self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def committed(self, size: int) -> None:
        """Keep what was written."""
        self._size = size

    def _cut(self) -> None:
        """Drop what belongs to a chunk that was not committed."""
        self._file.flush()
        self._file.truncate(self._size)
        self._file.seek(self._size)


def errors_by_field(error: Any) -> dict[str, list[str]]:
    """What is wrong with a record, as the file of rejected records says it."""
    if isinstance(error, ValidationError):
        return error.message_dict
    return {"__all__": [str(error)]}
