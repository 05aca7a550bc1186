"""Which look-ups of a serializer one query answers for a whole list, and why the others are not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework import fields, relations, validators

from django_rustaccel.drf import originals
from django_rustaccel.drf.expectations import expected_of_relation, expected_of_validator
from django_rustaccel.drf.input_explanation import LookupExplanation
from django_rustaccel.drf.lookups import RELATION_METHODS, VALIDATOR_METHODS, own_method
from django_rustaccel.querysets.answers import obstacle

_PARTS: dict[type, tuple[str, ...]] = {
    validators.UniqueForDateValidator: ("__day", "__month", "__year"),
    validators.UniqueForMonthValidator: ("__month",),
    validators.UniqueForYearValidator: ("__year",),
}
_ASKING = (
    validators.UniqueValidator,
    validators.UniqueTogetherValidator,
    validators.BaseUniqueForValidator,
)


def lookups_of_field(field: Any) -> Iterator[LookupExplanation]:
    """What a writable field asks the database, its items included."""
    if isinstance(field, (originals.Serializer, originals.ListSerializer)):
        yield from lookups_of_serializer(getattr(field, "child", field))
        return
    if isinstance(field, relations.ManyRelatedField):
        yield from lookups_of_field(field.child_relation)
    elif isinstance(field, (fields.ListField, fields.DictField)):
        yield from lookups_of_field(field.child)
    elif isinstance(field, relations.RelatedField):
        yield _explained(field, _relation_obstacle(field))
    yield from _of_validators(field)


def lookups_of_serializer(serializer: Any) -> Iterator[LookupExplanation]:
    """What the validators of a whole object ask the database."""
    if isinstance(serializer, originals.Serializer):
        yield from _of_validators(serializer)


def _of_validators(field: Any) -> Iterator[LookupExplanation]:
    for validator in field.validators:
        if isinstance(validator, _ASKING):
            yield _explained(validator, _validator_obstacle(validator, field))


def _explained(obj: Any, reason: str) -> LookupExplanation:
    return LookupExplanation(type(obj).__name__, not reason, reason)


def _relation_obstacle(field: Any) -> str:
    if expected_of_relation(field, list) is None:
        return "finds objects in its own way"
    names = [getattr(field, "slug_field", "pk")]
    own = own_method(field, RELATION_METHODS)
    return own or obstacle(field.queryset, names, for_instances=True)


def _validator_obstacle(validator: Any, field: Any) -> str:
    own = own_method(validator, VALIDATOR_METHODS)
    if own:
        return own
    if expected_of_validator(validator, field, list) is None:
        return "it has a condition, or fields that the serializer has not"
    return obstacle(validator.queryset, _columns(validator, field), for_instances=False)


def _columns(validator: Any, field: Any) -> list[str]:
    """The names by which a validator filters its queryset."""
    if isinstance(validator, validators.UniqueValidator):
        return [f"{field.source_attrs[-1]}__{validator.lookup}"]
    known = field.fields
    if isinstance(validator, validators.UniqueTogetherValidator):
        return [known[name].source for name in validator.fields]
    name, date = (known[each].source_attrs[-1] for each in (validator.field, validator.date_field))
    parts = next(parts for cls, parts in _PARTS.items() if isinstance(validator, cls))
    return [name, *(f"{date}{part}" for part in parts)]
