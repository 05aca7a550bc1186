"""What stands for a queryset while a list is validated: it asks for many rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from django.db import DatabaseError, connections
from django.db.models import QuerySet

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.querysets.batches import Batch, ExistenceBatch, InstanceBatch, Key
from django_rustaccel.querysets.comparable import Column, column_of
from django_rustaccel.querysets.duplicates import duplicate, duplication_obstacle
from django_rustaccel.querysets.plainness import examined, plain_queryset

Expected = Callable[[Key], Iterable[Sequence[Any]]]

#: How statements begin that leave all rows as they are.
_HARMLESS = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT")


class Moment:
    """The time during which what was read stays true: until something else than reading is done."""

    def __init__(self) -> None:
        self.has_passed = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the statements of this thread's connections in a ``with`` block."""
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(self._watch))
            yield
        self.has_passed = True

    def _watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(_HARMLESS):
            self.has_passed = True
        return execute(sql, params, many, context)


class Answers:
    """A queryset's ``get()``, and ``filter()`` with ``exists()``, from one query for many calls.

    Everything else, and every call that only the database can answer, goes to ``source``.
    """

    def __init__(self, source: Any, plain: QuerySet[Any], moment: Moment, expected: Expected):
        self._source = source
        self._plain = plain
        self._moment = moment
        self._expected = expected
        self._batches: dict[tuple[type, tuple[str, ...]], Batch | None] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)

    def get(self, *args: Any, **lookups: Any) -> Any:
        """The one instance that is asked for, the caller's own; raises as Django's does."""
        question = None if args else self._question(InstanceBatch, lookups)
        found = question and question.rows()
        if found is None or len(found) > 1:
            return self._source.all().get(*args, **lookups)
        if not found:
            model = self._plain.model
            raise model.DoesNotExist(f"{model._meta.object_name} matching query does not exist.")
        return duplicate(found[0])

    def filter(self, *args: Any, **lookups: Any) -> Any:
        """A queryset of which :meth:`Existence.exists` is answered here."""
        question = None if args else self._question(ExistenceBatch, lookups)
        if question is None:
            return self._source.filter(*args, **lookups)
        return Existence(self._source, lookups, question)

    def finder(self, name: str) -> Callable[[Any], Any] | None:
        """A function that finds what :meth:`get` returns for a value of one column.

        It gives ``None`` where :meth:`get` has to be called, to raise its errors.
        """
        ask = self._asking(InstanceBatch, name)
        if ask is None:
            return None

        def find(value: Any) -> Any:
            found = ask(value)
            return duplicate(found[0]) if found and len(found) == 1 else None

        return find

    def checker(self, name: str) -> Callable[[Any], bool | None] | None:
        """A function that says whether there is a row with a value in one column.

        It gives ``None`` where :meth:`filter` has to be called.
        """
        ask = self._asking(ExistenceBatch, name)
        if ask is None:
            return None

        def exists(value: Any) -> bool | None:
            found = ask(value)
            return None if found is None else bool(found)

        return exists

    def _asking(self, kind: type[Batch], name: str) -> Callable[[Any], list[Any] | None] | None:
        """:meth:`Question.rows` for values of one column, of which there are as many as rows."""
        batch = self._batch_of(kind, (name,))
        if batch is None:
            return None
        convert, moment = batch.columns[0].convert, self._moment

        def ask(value: Any) -> list[Any] | None:
            converted = convert(value)
            return None if converted is None else _rows(batch, (converted,), moment)

        return ask

    def known(self, **lookups: Any) -> Any:
        """The instance that an earlier query gave for these lookups, if one did."""
        question = self._question(InstanceBatch, lookups)
        found = question and question.batch.matches.get(question.key)
        return found[0] if found else None

    def _question(self, kind: type[Batch], lookups: dict[str, Any]) -> Question | None:
        batch = self._batch_of(kind, tuple(lookups))
        key = None if batch is None else batch.key(lookups.values())
        return None if batch is None or key is None else Question(batch, key, self._moment)

    def _batch_of(self, kind: type[Batch], names: tuple[str, ...]) -> Batch | None:
        if (kind, names) not in self._batches:
            self._batches[kind, names] = self._new_batch(kind, names)
        return self._batches[kind, names]

    def _new_batch(self, kind: type[Batch], names: tuple[str, ...]) -> Batch | None:
        plain = self._plain
        columns = [column_of(plain.model, name, plain.db) for name in names]
        known = [column for column in columns if column is not None]
        if not known or len(known) < len(columns):
            return None
        if kind is InstanceBatch and _instance_obstacle(known, plain):
            return None
        return kind(plain, known, self._expected)


def _instance_obstacle(columns: list[Column], queryset: QuerySet[Any]) -> str:
    """Why instances found for other keys cannot be told apart, or not handed out."""
    column = columns[0]
    if len(columns) > 1:
        return "objects are found by more than one column"
    if not (column.is_certain or column.is_unique):
        return f"the database may take several values for the same `{column.name}`"
    return duplication_obstacle(queryset)


def obstacle(source: Any, names: Sequence[str], *, for_instances: bool) -> str:
    """Why look-ups in a manager or queryset by these columns are not answered together.

    Empty where one query answers them. Sends no query.
    """
    plain, reason = examined(source)
    if plain is None:
        return reason
    columns: list[Column] = []
    for name in names:
        column = column_of(plain.model, name, plain.db)
        if column is None:
            return f"only the database can compare `{plain.model.__name__}` by `{name}`"
        columns.append(column)
    return _instance_obstacle(columns, plain) if for_instances else ""


class Question(NamedTuple):
    """One look-up in a batch."""

    batch: Batch
    key: Key
    moment: Moment

    def rows(self) -> list[Any] | None:
        """What the database has; ``None`` if it has to be asked anew."""
        return _rows(*self)


def _rows(batch: Batch, key: Key, moment: Moment) -> list[Any] | None:
    if moment.has_passed or is_disabled():
        return None
    try:
        return batch.rows(key)
    except DatabaseError:
        # Some key that nobody may ever ask for: each look-up is to fail by itself.
        moment.has_passed = True
        return None


class Existence:
    """A filtered queryset that answers whether it has rows; anything else is Django's."""

    def __init__(self, source: Any, lookups: dict[str, Any], question: Question) -> None:
        self._source = source
        self._lookups = lookups
        self._question = question

    def exists(self) -> bool:
        """Whether there is a row."""
        found = self._question.rows()
        return self._filtered().exists() if found is None else bool(found)

    def _filtered(self) -> Any:
        return self._source.filter(**self._lookups)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._filtered(), name)


def answers_for(source: Any, moment: Moment, expected: Expected) -> Answers | None:
    """Answers in place of a manager or queryset, ``None`` where it may do more than find rows."""
    plain = plain_queryset(source)
    return None if plain is None else Answers(source, plain, moment, expected)
