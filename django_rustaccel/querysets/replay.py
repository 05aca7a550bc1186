"""Instances out of rows that have been read already, for a queryset that is used again.

In stock Django a queryset that a serializer has read keeps its instances, so that ``len(queryset)``
or a second loop costs no query. Here it keeps its rows, and Django's own iterable makes instances
of them when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.query import ModelIterable

from django_rustaccel.querysets.cells import Load
from django_rustaccel.querysets.compilers import compiler_for
from django_rustaccel.querysets.rows import Read


class Replayed(Sequence[Any]):
    """The result cache of a queryset that was read as rows: instances when somebody asks."""

    def __init__(self, queryset: QuerySet[Any], read: Read) -> None:
        self._rows: tuple[Any, Read] | None = (queryset._chain(), read)  # type: ignore[attr-defined]
        self._length = len(read.table[0])
        self._instances: list[Any] = []

    def _made(self) -> list[Any]:
        if self._rows is not None:
            self._instances = instances_of(*self._rows)
            self._rows = None
        return self._instances

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        return iter(self._made())

    def __getitem__(self, index: Any) -> Any:
        return self._made()[index]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a plain ``list``."""
        return (list, (self._made(),))


def instances_of(queryset: QuerySet[Any], read: Read) -> list[Any]:
    """What iterating the queryset gives, from the rows that were read of it."""
    if read.statement is None:
        return []
    replayed = queryset._chain()  # type: ignore[attr-defined]
    replayed.query = read.query
    compiler: Any = compiler_for(read.query, read.using, read.added)
    compiler.pre_sql_setup()
    compiler.execute_sql = lambda *args, **kwargs: [_rows(read)]
    replayed.query.get_compiler = lambda *args, **kwargs: compiler
    instances: list[Any] = list(ModelIterable(replayed))
    lookups = queryset._prefetch_related_lookups  # type: ignore[attr-defined]
    if lookups:
        prefetch_related_objects(instances, *lookups)
    return instances


def _rows(read: Read) -> list[Any]:
    """The rows with the driver's objects in the place of texts."""
    rows: list[Any] = read.table[0].rows()
    statement = read.statement
    if statement is None or not read.texts:
        return rows
    loads = {
        index: Load(statement.select[index], read.using, text_type).from_driver
        for index, text_type in read.texts
    }
    return [
        tuple(
            loads[index](cell) if index in loads and cell is not None else cell
            for index, cell in enumerate(row)
        )
        for row in rows
    ]
