"""Which instances may have a double in the database: one query for a list and a unique check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.models import Q

from django_rustaccel.validation.rows import (
    batched,
    is_askable,
    is_djangos,
    is_plain,
    values_at_once,
)

Key = tuple[Any, ...]

#: Alternatives in one query, below the depth of an expression that SQLite takes.
MAX_ALTERNATIVES = 200
#: Keys that are looked up one by one rather than by a query for each half.
FEW = 4
#: Texts that are equal only if they are the same, unless the column has another collation.
EXACT_TEXTS = ("sqlite", "postgresql")
#: Other fields whose values come back from every database as they went there.
EXACT = (models.BooleanField, models.DateField, models.IntegerField, models.UUIDField)


def suspects(instances: list[Any], exclude: set[str]) -> Iterable[int]:
    """The indexes of instances that ``validate_unique`` has to look at."""
    unique_checks, date_checks = instances[0]._get_unique_checks(exclude=exclude)
    if date_checks:
        return range(len(instances))
    found: set[int] = set()
    for model, names in unique_checks:
        fields = [model._meta.get_field(name) for name in names]
        check = UniqueCheck(model, fields, model._default_manager)
        if not check.is_one_query:
            return range(len(instances))
        if any(field in model._meta.pk_fields for field in fields):
            keys = check.keys(instances, lambda instance: instance._state.adding)
        else:
            keys = check.keys(instances)
        found.update(check.suspects(instances, keys))
    return found


@dataclass
class UniqueCheck:
    """Fields that must not have the same values in two rows of a model."""

    model: type[models.Model]
    fields: list[Any]
    rows: Any

    @property
    def is_one_query(self) -> bool:
        """Whether one query can ask for a list."""
        return (
            not isinstance(self.model._meta.pk, models.CompositePrimaryKey)
            and all(map(is_djangos, self.fields))
            and is_plain(self.model._default_manager)
        )

    def keys(
        self, instances: list[Any], wanted: Callable[[Any], bool] | None = None
    ) -> dict[int, Key]:
        """The values of each wanted instance, unless one is ``NULL``, which has no double."""
        attributes = [field.attname for field in self.fields]
        keys = {
            index: tuple([getattr(instance, attribute) for attribute in attributes])
            for index, instance in enumerate(instances)
            if wanted is None or wanted(instance)
        }
        return {index: key for index, key in keys.items() if None not in key}

    def suspects(self, instances: list[Any], keys: dict[int, Key]) -> set[int]:
        """The indexes whose key was found in a row of another object, or may have been."""
        odd = {index for index, key in keys.items() if not all(map(is_askable, key))}
        by_key: dict[Key, list[int]] = {}
        for index, key in keys.items():
            if index not in odd:
                by_key.setdefault(key, []).append(index)
        for key in self._taken(list(by_key), by_key, instances):
            odd.update(by_key[key])
        return odd

    def _taken(
        self, keys: list[Key], by_key: dict[Key, list[int]], instances: list[Any]
    ) -> Iterator[Key]:
        for asked, question in self._questions(keys):
            owners = self._owners(question)
            if self._is_exact and owners.keys() <= set(asked):
                for key, pks in owners.items():
                    if any(pks - self._own(instances[index]) for index in by_key[key]):
                        yield key
            elif owners and len(asked) > FEW:
                # The database may find more alike than Python does: it says which half.
                half = len(asked) // 2
                yield from self._taken(asked[:half], by_key, instances)
                yield from self._taken(asked[half:], by_key, instances)
            elif owners:
                yield from asked

    def _owners(self, question: Q) -> dict[Key, set[Any]]:
        """The primary keys of the rows that have each key."""
        names = [field.name for field in self.fields]
        owners: dict[Key, set[Any]] = {}
        for *key, pk in self.rows.filter(question).order_by().values_list(*names, "pk"):
            owners.setdefault(tuple(key), set()).add(pk)
        return owners

    def _own(self, instance: Any) -> set[Any]:
        """The row that is the instance's own."""
        if instance._state.adding:
            return set()
        return {instance._get_pk_val(self.model._meta)}

    @property
    def _is_exact(self) -> bool:
        """Whether the database finds alike exactly what Python does."""
        has_exact_texts = connections[self.rows.db].vendor in EXACT_TEXTS
        for field in map(_target, self.fields):
            if isinstance(field, (models.CharField, models.TextField)):
                if field.db_collation or not has_exact_texts:
                    return False
            elif not isinstance(field, EXACT) or isinstance(field, models.DateTimeField):
                return False
        return True

    def _questions(self, keys: list[Key]) -> Iterator[tuple[list[Key], Q]]:
        """Conditions that together find every key, each with the keys it asks for.

        The column of most different values is asked for by ``IN``, beside equal values of the
        others: so no row is found that no key names.
        """
        limit = values_at_once(self.rows.db)
        for pieces in batched(self._pieces(keys, limit // 2), MAX_ALTERNATIVES):
            yield from _joined(pieces, limit)

    def _pieces(self, keys: list[Key], limit: int) -> Iterator[tuple[list[Key], Q]]:
        names = [field.name for field in self.fields]
        pivot = max(range(len(names)), key=lambda at: len({key[at] for key in keys}))
        groups: dict[Key, list[Key]] = {}
        for key in keys:
            groups.setdefault((*key[:pivot], *key[pivot + 1 :]), []).append(key)
        for group in groups.values():
            for chunk in batched(group, limit):
                rest = {name: chunk[0][at] for at, name in enumerate(names) if at != pivot}
                values = [key[pivot] for key in chunk]
                yield chunk, Q(**rest, **{f"{names[pivot]}__in": values})


def _joined(pieces: list[tuple[list[Key], Q]], limit: int) -> Iterator[tuple[list[Key], Q]]:
    """Pieces put together by ``OR`` as far as the values fit into a query."""
    asked: list[Key] = []
    question, values = Q(), 0
    for keys, piece in pieces:
        needed = len(keys) + len(keys[0]) - 1
        if asked and values + needed > limit:
            yield asked, question
            asked, question, values = [], Q(), 0
        asked, question, values = [*asked, *keys], question | piece, values + needed
    if asked:
        yield asked, question


def _target(field: Any) -> Any:
    """The field at the end of foreign keys."""
    return _target(field.target_field) if field.is_relation else field
