"""How far a file was imported, in the database that it is imported into.

A chunk and its checkpoint are committed together or not at all. The table is made when the first
file is imported, as Django makes that of its migrations: projects that import nothing have none.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.db import connections, models

from django_rustaccel.validation.importing.problem import ImportProblemError


@dataclass(frozen=True)
class Position:
    """How far a file was read, and what became of its records."""

    offset: int = 0
    line: int = 0
    digest: str = field(default=hashlib.sha256().hexdigest())
    imported: int = 0
    rejected: int = 0
    #: Bytes of the file of rejected records.
    rejects_size: int = 0


@cache
def table() -> type[models.Model]:
    """The model of the checkpoints, which is in no app."""

    class Checkpoint(models.Model):
        key = models.CharField(max_length=64, primary_key=True)
        model = models.CharField(max_length=200)
        path = models.TextField()
        offset = models.BigIntegerField()
        line = models.BigIntegerField()
        digest = models.CharField(max_length=64)
        imported = models.BigIntegerField()
        rejected = models.BigIntegerField()
        rejects_size = models.BigIntegerField()
        updated = models.DateTimeField(auto_now=True)

        class Meta:
            apps = Apps()
            app_label = "django_rustaccel"
            db_table = "django_rustaccel_import"

    return Checkpoint


class Checkpoint:
    """The checkpoint of one file and one model."""

    def __init__(self, model: type[models.Model], path: Path, using: str) -> None:
        self.using = using
        label, name = model._meta.label, str(path.resolve())
        self.about = {"model": label, "path": name}
        self.key = hashlib.sha256(f"{label}\0{name}".encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def _rows(self) -> Any:
        rows: Any = table()._default_manager.using(self.using)
        return rows.filter(key=self.key)

    def position(self) -> Position | None:
        """Where an import of the file has ended, finished or not."""
        self._make_table()
        names = Position.__dataclass_fields__
        found = self._rows.values(*names).first()
        return Position(**found) if found else None

    def begin(self) -> Position:
        """Forget what was imported."""
        position = Position()
        self._rows.delete()
        self._rows.create(key=self.key, **self.about, **asdict(position))
        return position

    def advance(self, before: Position, after: Position) -> None:
        """Note a chunk in its own transaction; raises if somebody else has noted one meanwhile."""
        if not self._rows.filter(offset=before.offset).update(**asdict(after)):
            raise ImportProblemError("Another process imports this file.")

    def _make_table(self) -> None:
        connection = connections[self.using]
        with connection.cursor() as cursor:
            names = connection.introspection.table_names(cursor)
        if table()._meta.db_table not in names:
            with connection.schema_editor() as editor:
                editor.create_model(table())
