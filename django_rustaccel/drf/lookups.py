"""Validating a list asks the database once for each field or validator, not once for each row.

While a list is validated, related fields and uniqueness validators have something in the place
of their querysets that knows which rows are still to come. All else about them is DRF's: their
methods run for every row, look at the same types and raise their own errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any

from rest_framework import fields, relations

from django_rustaccel.core.origin import belongs_to
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals
from django_rustaccel.drf.expectations import (
    Values,
    expected_of_relation,
    expected_of_validator,
    items,
    values_of,
)
from django_rustaccel.querysets.answers import Moment, answers_for

STOCK_LIST_INPUT = originals.ListSerializer.to_internal_value

#: The list that is being validated.
_list: ContextVar[Any] = ContextVar("django_rustaccel_list", default=None)


def validate_rows(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``ListSerializer.to_internal_value`` with few queries."""
    if is_disabled() or not _is_worthwhile(data) or _is_within(serializer):
        return stock(serializer, data)
    with answering(serializer, data):
        return stock(serializer, data)


def _is_worthwhile(data: Any) -> bool:
    return isinstance(data, list) and len(data) > 1 and any(type(row) is dict for row in data)


def _is_within(serializer: Any) -> bool:
    """Whether this list is part of one whose rows are known already."""
    outer = _list.get()
    return outer is not None and outer.root is serializer.root


@contextmanager
def answering(serializer: Any, data: list[Any]) -> Iterator[None]:
    """Answer the look-ups of a list serializer for these rows in a ``with`` block."""
    token = _list.set(serializer)
    try:
        with ExitStack() as stack:
            moment = Moment()
            places = _Places(stack, moment)
            places.fill(serializer.child, lambda: data)
            if places.filled:
                stack.enter_context(moment.watched())
            yield
    finally:
        _list.reset(token)


class _Places:
    """The places of querysets in a tree of fields; leaving the stack puts back what was there."""

    def __init__(self, stack: ExitStack, moment: Moment) -> None:
        self.stack = stack
        self.moment = moment
        self.filled = 0

    def fill(self, field: Any, values: Values) -> None:
        """Look for places in a field, of which the rows give these values."""
        if isinstance(field, originals.Serializer):
            for part in field._writable_fields:
                self.fill(part, values_of(part.field_name, values))
            self._fill_validators(field, values)
        elif isinstance(field, (originals.ListSerializer, fields.ListField)):
            self.fill(field.child, items(values))
        elif isinstance(field, relations.ManyRelatedField):
            self.fill(field.child_relation, items(values))
        elif isinstance(field, relations.RelatedField):
            self._fill_relation(field, values)
            self._fill_validators(field, values)
        elif isinstance(field, fields.Field):
            self._fill_validators(field, values)

    def _fill_relation(self, field: Any, values: Values) -> None:
        expected = expected_of_relation(field, values)
        if expected is None or not _is_own(field, "get_queryset", "to_internal_value"):
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
        methods = ("__call__", "filter_queryset", "exclude_current_instance")
        if expected is None or not _is_own(validator, *methods):
            return validator
        answers = answers_for(validator.queryset, self.moment, expected)
        if answers is None:
            return validator
        # Validators are shared by all serializers of a class, in all threads.
        twin = copy(validator)
        twin.queryset = answers
        return twin


def _is_own(obj: Any, *methods: str) -> bool:
    """Whether methods are DRF's own."""
    return all(
        name not in vars(obj) and belongs_to(getattr(type(obj), name), "rest_framework")
        for name in methods
    )
