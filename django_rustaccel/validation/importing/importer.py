"""The import of one file into one model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import DataError, IntegrityError, models, transaction

from django_rustaccel.validation.importing.checkpoint import Checkpoint, Position
from django_rustaccel.validation.importing.problem import ImportProblemError
from django_rustaccel.validation.importing.reading import (
    CSVRecords,
    Record,
    TrackedFile,
    ndjson_records,
)
from django_rustaccel.validation.importing.rejects import Rejects, errors_by_field
from django_rustaccel.validation.rows import batched
from django_rustaccel.validation.sources.models import ModelSource

#: What drivers raise about a value that was valid until then: somebody else may have been faster.
REFUSED = (IntegrityError, DataError, ValueError, OverflowError)
FORMATS = ("ndjson", "csv")

Rejected = list[tuple[Record, dict[str, list[str]]]]
Save = Callable[[list[Record]], Rejected]


@dataclass(frozen=True)
class Progress:
    """What was committed so far, in all and by this run, of a file of ``size`` bytes."""

    position: Position
    before: Position
    size: int

    @property
    def imported(self) -> int:
        """Rows inserted by this run."""
        return self.position.imported - self.before.imported

    @property
    def rejected(self) -> int:
        """Records rejected by this run."""
        return self.position.rejected - self.before.rejected


class Importer:
    """Records of a file, validated by a model and inserted in chunks.

    Each chunk is one transaction with its checkpoint: an import that ends anywhere, by ``kill -9``
    too, goes on behind the last committed chunk, and an import of the same file again inserts only
    what was appended. Rows go in by ``bulk_create``, which calls no ``save`` and sends no signals;
    a chunk that the database refuses is inserted row by row. Raises :class:`ImportProblemError`.
    """

    def __init__(
        self,
        model: type[models.Model],
        path: Path,
        *,
        using: str = "default",
        format: str | None = None,  # noqa: A002 - as the option is called
        fields: Collection[str] | None = None,
        unknown: str = "forbid",
        rejects: Path | None = None,
        chunk: int = 1000,
    ) -> None:
        self.source = ModelSource(model, fields, unknown=unknown)
        self.model = model
        self.path = path
        self.using = using
        self.format = format or path.suffix.removeprefix(".").lower().replace("jsonl", "ndjson")
        self.rejects_path = rejects or path.with_name(f"{path.name}.rejected.ndjson")
        self.chunk = chunk
        self.checkpoint = Checkpoint(model, path, using)
        if self.format not in FORMATS:
            raise ImportProblemError(
                f"{path.name} is neither .ndjson nor .csv: --format says what."
            )

    def run(self, *, restart: bool = False) -> Iterator[Progress]:
        """Import the file; tells of its beginning and of every chunk."""
        with ExitStack() as stack:
            file = TrackedFile(stack.enter_context(self.path.open("rb")))
            records = self._records(file)
            self.position = before = self._begin(file, restart=restart)
            # Somebody may have taken away what was rejected by then.
            size = min(before.rejects_size, self._size(self.rejects_path))
            self.rejects = Rejects(self.rejects_path, size)
            stack.enter_context(self.rejects)
            yield self._progress(before)
            for chunk in batched(records, self.chunk):
                self._import(chunk, file)
                yield self._progress(before)

    def _records(self, file: TrackedFile) -> Iterable[Record]:
        """The records to come; of a CSV file the heading is read at once."""
        return CSVRecords(file, self.source) if self.format == "csv" else ndjson_records(file)

    def _begin(self, file: TrackedFile, *, restart: bool) -> Position:
        position = None if restart else self.checkpoint.position()
        if position is not None and position.offset:
            file.skip_to(position.offset, position.line, position.digest)
            return position
        if not restart and position is None and self._size(self.rejects_path):
            raise ImportProblemError(f"{self.rejects_path} is there already.")
        self.checkpoint.position()
        return self.checkpoint.begin()

    def _size(self, path: Path) -> int:
        return path.stat().st_size if path.exists() else 0

    def _progress(self, before: Position) -> Progress:
        return Progress(self.position, before, self.path.stat().st_size)

    def _import(self, chunk: list[Record], file: TrackedFile) -> None:
        """One chunk: at once, or row by row if the database refuses a row of it."""
        position = replace(self.position, offset=file.offset, line=file.line, digest=file.digest)
        if self._is_inherited:
            self._commit(chunk, position, self._one_by_one)
            return
        try:
            self._commit(chunk, position, self._at_once)
        except REFUSED:
            self._commit(chunk, position, self._one_by_one)

    @property
    def _is_inherited(self) -> bool:
        """Whether a row is in several tables, which ``bulk_create`` does not take."""
        own = self.model._meta.concrete_model
        return any(
            parent._meta.concrete_model is not own for parent in self.model._meta.all_parents
        )

    def _commit(self, chunk: list[Record], position: Position, save: Save) -> None:
        with transaction.atomic(using=self.using):
            rejected = save(chunk)
            after = replace(
                position,
                imported=position.imported + len(chunk) - len(rejected),
                rejected=position.rejected + len(rejected),
                rejects_size=self.rejects.write(rejected),
            )
            self.checkpoint.advance(self.position, after)
        self.rejects.committed(after.rejects_size)
        self.position = after

    def _at_once(self, chunk: list[Record]) -> Rejected:
        readable = [record for record in chunk if not record.error]
        results = self.source.instances([record.row for record in readable])
        rejected = [(record, errors_by_field(record.error)) for record in chunk if record.error]
        made = []
        for record, (instance, error) in zip(readable, results, strict=True):
            if error is None:
                made.append(instance)
            else:
                rejected.append((record, errors_by_field(error)))
        self.model._base_manager.using(self.using).bulk_create(made)
        return sorted(rejected, key=lambda entry: entry[0].line)

    def _one_by_one(self, chunk: list[Record]) -> Rejected:
        """Each row sees those before it in the database."""
        found = ((record, self._saved(record)) for record in chunk)
        return [(record, errors_by_field(error)) for record, error in found if error]

    def _saved(self, record: Record) -> Any:
        """Insert one row; what is wrong with it, if it cannot be inserted."""
        if record.error:
            return record.error
        try:
            with transaction.atomic(using=self.using):
                ((instance, error),) = self.source.instances([record.row])
                if error is None:
                    instance.save(force_insert=True, using=self.using)
        except REFUSED as refused:
            return f"{type(refused).__name__}: {refused}"
        return error
