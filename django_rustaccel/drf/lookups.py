"""Validating a list asks the database once for each field or validator, not once for each row.

While a list is validated, related fields and uniqueness validators have something in the place
of their querysets that knows which rows are still to come. All else about them is DRF's: their
methods run for every row, look at the same types and raise their own errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from rest_framework import fields, relations
from rest_framework.validators import UniqueValidator, qs_exists

from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from django_rustaccel.core.description import Path
from django_rustaccel.core.origin import belongs_to, describe_override
from django_rustaccel.drf import originals
from django_rustaccel.drf.expectations import (
    Values,
    expected_of_relation,
    expected_of_validator,
    items,
    values_of,
)
from django_rustaccel.querysets.answers import Answers, Moment, answers_for

#: The root of the serializers that are being validated.
_root: ContextVar[Any] = ContextVar("django_rustaccel_root", default=None)


@contextmanager
def answering(serializer: Any, rows: list[Any]) -> Iterator[bool]:
    """Answer the look-ups of a serializer for these rows in a ``with`` block.

    Yields whether there are any.
    """
    if _is_within(serializer) or not _has_row(rows):
        yield False
        return
    token = _root.set(serializer.root)
    try:
        with ExitStack() as stack:
            moment = Moment()
            places = _Places(stack, moment)
            places.fill(serializer, lambda: rows)
            if places.filled:
                _look_at(rows)
                stack.enter_context(moment.watched())
            yield bool(places.filled)
    finally:
        _root.reset(token)


def _has_row(rows: list[Any]) -> bool:
    return type(rows) is UnreadRows or any(isinstance(row, dict) for row in rows)


def _look_at(rows: list[Any]) -> None:
    """Make dicts of rows that nobody has looked at, before native code reads their text.

    A list that is unread itself is made by the loop.
    """
    for row in rows:
        if type(row) is UnreadRow:
            len(row)


def _is_within(serializer: Any) -> bool:
    """Whether these rows are part of others that are known already."""
    return _root.get() is serializer.root


def tables(serializer: Any, nodes: Iterable[tuple[int, Any]]) -> dict[int, Any]:
    """What native code may ask while :func:`answering`, by the number of a node."""
    found = {}
    for number, node in nodes:
        field = _follow(serializer, node.path)
        table = _finder(field) if node.rule == "related" else _taken(field)
        if table is not None:
            found[number] = table
    return found


def _follow(serializer: Any, path: Path) -> Any:
    """The field at the end of a path from a serializer."""
    for step, name in path:
        serializer = serializer.fields[name] if step == "field" else getattr(serializer, name)
    return serializer


def _finder(field: Any) -> Callable[[Any], Any] | None:
    """A function that gives the object for a raw value, ``None`` if the field has to say."""
    if "get_queryset" not in vars(field) or getattr(field, "pk_field", None) is not None:
        return None
    find = field.get_queryset().finder(getattr(field, "slug_field", "pk"))
    # An empty text is no value to a related field.
    return None if find is None else lambda value: None if value == "" else find(value)


class Taken:
    """The values for which a validator raises its error, as a container."""

    def __init__(self, validator: Any, field: Any) -> None:
        self.validator = validator
        self.name = field.source_attrs[-1]
        self.known = validator.queryset.checker(f"{self.name}__{validator.lookup}")

    def __contains__(self, value: Any) -> bool:
        taken = None if self.known is None else self.known(value)
        return self._by_stock(value) if taken is None else taken

    def _by_stock(self, value: Any) -> bool:
        validator = self.validator
        return qs_exists(validator.filter_queryset(value, validator.queryset, self.name))


def _taken(field: Any) -> Taken | None:
    asking: list[Any] = [each for each in field.validators if isinstance(each, UniqueValidator)]
    alone = len(asking) == 1 and type(asking[0].queryset) is Answers
    updates = getattr(field.parent, "instance", None) is not None
    return Taken(asking[0], field) if alone and not updates else None


class _Places:
    """The places of querysets in a tree of fields; leaving the stack puts back what was there."""

    def __init__(self, stack: ExitStack, moment: Moment) -> None:
        self.stack = stack
        self.moment = moment
        self.filled = 0
        #: Classes of the serializers that are being looked into.
        self.around: list[type] = []

    def fill(self, field: Any, values: Values) -> None:
        """Look for places in a field, of which the rows give these values."""
        if isinstance(field, originals.Serializer):
            # One that contains itself makes the next of its fields whenever they are looked at.
            if type(field) not in self.around:
                self._fill_serializer(field, values)
        elif isinstance(field, (originals.ListSerializer, fields.ListField)):
            self.fill(field.child, items(values))
        elif isinstance(field, relations.ManyRelatedField):
            self.fill(field.child_relation, items(values))
        elif isinstance(field, relations.RelatedField):
            self._fill_relation(field, values)
            self._fill_validators(field, values)
        elif isinstance(field, fields.Field):
            self._fill_validators(field, values)

    def _fill_serializer(self, serializer: Any, rows: Values) -> None:
        self.around.append(type(serializer))
        for part in serializer._writable_fields:
            self.fill(part, values_of(str(part.field_name), rows))
        self._fill_validators(serializer, rows)
        self.around.pop()

    def _fill_relation(self, field: Any, values: Values) -> None:
        expected = expected_of_relation(field, values)
        if expected is None or own_method(field, RELATION_METHODS):
            return
        answers = answers_for(field.queryset, self.moment, expected)
        if answers is not None:
            self.filled += 1
            field.get_queryset = lambda: answers
            self.stack.callback(vars(field).pop, "get_queryset")

    def _fill_validators(self, field: Any, values: Values) -> None:
        before = field.validators
        after = [self._with_answers(validator, field, values) for validator in before]
        if any(new is not old for new, old in zip(after, before, strict=True)):
            self.filled += 1
            field.validators = after
            self.stack.callback(setattr, field, "validators", before)

    def _with_answers(self, validator: Any, field: Any, values: Values) -> Any:
        expected = expected_of_validator(validator, field, values)
        if expected is None or own_method(validator, VALIDATOR_METHODS):
            return validator
        answers = answers_for(validator.queryset, self.moment, expected)
        if answers is None:
            return validator
        # Validators are shared by all serializers of a class, in all threads.
        twin = copy(validator)
        twin.queryset = answers
        return twin


#: What a field or validator may not override if its look-ups are to be answered together.
RELATION_METHODS = ("get_queryset", "to_internal_value")
VALIDATOR_METHODS = ("__call__", "filter_queryset", "exclude_current_instance")


def own_method(obj: Any, names: Iterable[str]) -> str:
    """In words, the first of these methods that is not DRF's own."""
    own = (
        name
        for name in names
        if name in vars(obj) or not belongs_to(getattr(type(obj), name), "rest_framework")
    )
    return next((describe_override(obj, name) for name in own), "")
