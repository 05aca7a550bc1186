"""Instances out of rows that have been read already, for a queryset that is used again.

In stock Django a queryset that a serializer has read keeps its instances, so that ``len(queryset)``
or a second loop costs no query. Here it keeps its rows, and Django's own iterable makes instances
of them when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.db.models.query import ModelIterable, prefetch_one_level

from django_rustaccel.querysets.cells import Load
from django_rustaccel.querysets.compilers import compiler_for
from django_rustaccel.querysets.managers import default_queryset
from django_rustaccel.querysets.readable import Lookup, lookup_at, lookups_of
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
    query = replayed.query = read.query.chain()
    compiler: Any = compiler_for(query, read.using, read.added)
    compiler.pre_sql_setup()
    compiler.execute_sql = lambda *args, **kwargs: [_rows(read)]
    query.get_compiler = lambda *args, **kwargs: compiler
    instances: list[Any] = list(ModelIterable(replayed))
    if instances and read.prefetched:
        _prefetch(instances, lookups_of(queryset), read)
    prefetch_related_objects(instances, *queryset._prefetch_related_lookups)  # type: ignore[attr-defined]
    return instances


def _prefetch(instances: list[Any], lookups: dict[str, Lookup], read: Read) -> None:
    """Give instances the related objects whose rows have been read."""
    for path, known in read.prefetched.items():
        owners, lookup = _followed(instances, path[:-1]), lookup_at(path, lookups)
        if not owners or lookup is None:
            continue
        for owner in owners:
            owner.__dict__.setdefault("_prefetched_objects_cache", {})
        manager = getattr(owners[0], lookup.prefetch.prefetch_through)
        prefetcher = _Known(manager, lookup.below, known)
        prefetch_one_level(owners, prefetcher, lookup.prefetch, 0)


def _followed(instances: list[Any], route: tuple[str, ...]) -> list[Any]:
    """The related objects at the end of a route."""
    for name in route:
        related = [getattr(instance, name, None) for instance in instances]
        instances = [each for each in related if each is not None]
    return instances


class _Known:
    """A relation's manager whose related rows have been read, and those below them."""

    def __init__(self, manager: Any, below: list[str], read: Read) -> None:
        self.manager = manager
        self.below = below
        self.read = read

    def get_prefetch_querysets(self, instances: list[Any], querysets: Any = None) -> Any:
        """What the manager gives, without asking the database."""
        queryset = querysets[0] if querysets else default_queryset(self.manager)
        known = _known(queryset.prefetch_related(*self.below), self.read)
        return self.manager.get_prefetch_querysets(instances, [known])


def _known(queryset: Any, read: Read) -> Any:
    """A queryset that gives the instances of what has been read, however it is narrowed."""

    class Known(type(queryset)):  # type: ignore[misc]
        _result_cache: list[Any] | None

        def _fetch_all(self) -> None:
            if self._result_cache is None:
                self._result_cache = instances_of(queryset, read)
                self._prefetch_done = True

    known = queryset.all()
    known.__class__ = Known
    return known


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
