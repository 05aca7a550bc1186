"""Many look-ups of single rows by one query: each asks for all that is likely to be asked next.

A query answers the look-up that asks exactly, by the database's own word. What it tells of the
others it answers too where that is certain, so that there are never more queries than look-ups.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from django_rustaccel.core import statistics
from django_rustaccel.querysets.comparable import Column

#: One value for each column that is compared.
Key = tuple[Any, ...]
Row = tuple[Key, Any, bool]

#: Alternatives joined by OR in one condition: SQLite refuses expressions deeper than 1000.
MAX_ALTERNATIVES = 200
#: Keys of one query, where the database would take more parameters.
MAX_KEYS = 5000
#: The name under which a row says whether it is one that was asked for.
_ASKED = "rustaccel_asked"


class Batch:
    """The look-ups of one field or validator in the rows of ``queryset``.

    ``expected`` gives the keys that are likely to be asked for, once somebody asks for one.
    """

    def __init__(
        self,
        queryset: QuerySet[Any],
        columns: Sequence[Column],
        expected: Callable[[Key], Iterable[Sequence[Any]]],
    ) -> None:
        self.queryset = queryset
        self.columns = columns
        self.is_certain = all(column.is_certain for column in columns)
        self.matches: dict[Key, list[Any]] = {}
        # Most look-ups are by one column, and keys are made twice for every row.
        self._convert = columns[0].convert if len(columns) == 1 else None
        self._expected: Callable[[Key], Iterable[Sequence[Any]]] | None = expected
        self._pending: dict[Key, None] = {}
        self._listed: int | None = None

    def key(self, values: Iterable[Any]) -> Key | None:
        """What a look-up is known by; ``None`` for values only the database can compare."""
        if self._convert is not None:
            (value,) = values
            converted = self._convert(value)
            return None if converted is None else (converted,)
        pairs = zip(self.columns, values, strict=True)
        key = tuple([column.convert(value) for column, value in pairs])
        return None if None in key else key

    def rows(self, key: Key) -> list[Any]:
        """What the database has for a key: nothing, one, or several."""
        found = self.matches.get(key)
        if found is None:
            self._read(key)
            found = self.matches[key]
        statistics.lookups["answered"] += 1
        return found

    def _read(self, asked: Key) -> None:
        if self._expected is not None:
            keys = map(self.key, self._expected(asked))
            self._pending = {key: None for key in keys if key is not None}
            self._expected = None
            self._listed = self._most_varied([asked, *self._pending])
        chunk = self._next(asked)
        statistics.lookups["queries"] += 1
        self._settle(chunk, asked, list(self.fetch(chunk, asked)))
        for key in chunk:
            if key in self.matches:
                self._pending.pop(key, None)

    def _most_varied(self, keys: list[Key]) -> int | None:
        """The column of which one condition can list the most values."""
        listable = [at for at, column in enumerate(self.columns) if column.lookup == "exact"]
        if len(listable) < 2:
            return next(iter(listable), None)
        kinds = [len(set(values)) for values in zip(*keys, strict=True)]
        return max(listable, key=kinds.__getitem__)

    def _next(self, asked: Key) -> list[Key]:
        """The key asked for, and as many of the others as fit into one query."""
        if len(self.columns) == 1 and self._listed == 0 and len(self._pending) < self._most_keys:
            return list({asked: None} | self._pending)
        kept, heads = {asked: None}, {self._head(asked)}
        for key in self._pending:
            head = self._head(key)
            if head not in heads and len(heads) >= MAX_ALTERNATIVES:
                continue
            kept[key] = None
            heads.add(head)
            if len(kept) >= self._most_keys:
                break
        return list(kept)

    @cached_property
    def _most_keys(self) -> int:
        """Keys whose values are no more parameters than a query may have, twice the one asked."""
        limit = _most_parameters(connections[self.queryset.db])
        spare = limit - _own_parameters(self.queryset)
        return max(1, min(MAX_KEYS, spare // len(self.columns) - 2))

    def _head(self, key: Key) -> Key:
        """What of a key is not listed with others."""
        at = self._listed
        return key if at is None else key[:at] + key[at + 1 :]

    def _settle(self, keys: list[Key], asked: Key, rows: list[Row]) -> None:
        found: dict[Key, list[Any]] = defaultdict(list)
        for key, value, _ in rows:
            found[key].append(value)
        if self.is_certain or not rows:
            self.matches |= {key: [] for key in keys}
        self.matches |= found if self.is_certain else {k: found[k] for k in keys if k in found}
        if not self.is_certain:
            self.matches[asked] = [value for _, value, is_asked in rows if is_asked]

    def fetch(self, keys: list[Key], asked: Key) -> Iterator[Row]:
        """Read the rows of many keys: the key of each, what it is, whether it was asked for."""
        raise NotImplementedError

    def _filtered(self, keys: list[Key], asked: Key) -> QuerySet[Any]:
        queryset = self.queryset.filter(self._condition(keys)).order_by()
        if self.is_certain:
            return queryset
        is_asked = When(_all(self.columns, asked), then=Value(True))
        annotated: QuerySet[Any] = queryset.annotate(
            **{_ASKED: Case(is_asked, default=Value(False), output_field=BooleanField())}
        )
        return annotated

    def _condition(self, keys: list[Key]) -> Q:
        """One alternative for each distinct head, the values of the last column in a list."""
        at = self._listed
        if at is None:
            return _any(_all(self.columns, key) for key in keys)
        tails: dict[Key, list[Any]] = defaultdict(list)
        for key in keys:
            tails[self._head(key)].append(key[at])
        columns = [*self.columns[:at], *self.columns[at + 1 :]]
        listed = f"{self.columns[at].name}__in"
        return _any(_all(columns, head) & Q(**{listed: tail}) for head, tail in tails.items())


def _all(columns: Sequence[Column], key: Key) -> Q:
    pairs = zip(columns, key, strict=True)
    return Q(**{f"{column.name}__{column.lookup}": value for column, value in pairs})


def _any(conditions: Iterable[Q]) -> Q:
    whole = Q()
    for condition in conditions:
        whole |= condition
    return whole


def _most_parameters(connection: Any) -> int:
    """How many parameters a query may have; SQLite is asked, Django names its smallest limit."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return int(connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER))
    return connection.features.max_query_params or 65535


def _own_parameters(queryset: QuerySet[Any]) -> int:
    try:
        return len(queryset.query.sql_with_params()[1])
    except EmptyResultSet:
        return 0


class ExistenceBatch(Batch):
    """Whether there is a row."""

    def fetch(self, keys: list[Key], asked: Key) -> Iterator[Row]:
        """Read each combination of values once."""
        names = [column.name for column in self.columns]
        if not self.is_certain:
            names.append(_ASKED)
        for row in self._filtered(keys, asked).values_list(*names).distinct():
            key = self.key(row[: len(self.columns)])
            if key is not None:
                yield key, True, not self.is_certain and row[-1]


class InstanceBatch(Batch):
    """The instances themselves, by one column of theirs."""

    def fetch(self, keys: list[Key], asked: Key) -> Iterator[Row]:
        """Read the instances as ``get()`` gives them."""
        attribute = self.columns[0].name
        for instance in self._filtered(keys, asked):
            is_asked = vars(instance).pop(_ASKED, False)
            key = self.key([getattr(instance, attribute)])
            if key is not None:
                yield key, instance, is_asked
