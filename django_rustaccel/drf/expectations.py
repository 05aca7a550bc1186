"""What the rows of a list will look up, as far as it can be told without validating them.

A guess: what no row asks for was read in vain, and what was not expected is asked for alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from rest_framework import fields, relations, validators

from django_rustaccel.core.origin import belongs_to
from django_rustaccel.drf.originals import BaseSerializer
from django_rustaccel.querysets.answers import Answers, Expected

#: Values of a field in the rows of a list, taken from them when they are asked for.
Values = Callable[[], Iterable[Any]]

_MISSING = fields.empty


def values_of(name: str, rows: Values) -> Values:
    """The values that rows have under a name."""
    return lambda: [row[name] for row in rows() if type(row) is dict and name in row]


def items(values: Values) -> Values:
    """The items of values that are lists."""
    return lambda: [item for value in values() if type(value) is list for item in value]


def expected_of_relation(field: Any, values: Values) -> Expected | None:
    """What a related field will look up; ``None`` for fields that are not known."""
    if not isinstance(field, (relations.PrimaryKeyRelatedField, relations.SlugRelatedField)):
        return None
    own = getattr(field, "pk_field", None)
    if own is None:
        return lambda asked: [(value,) for value in values()]
    return lambda asked: _alone(own, values())


def expected_of_validator(validator: Any, field: Any, values: Values) -> Expected | None:
    """What a validator of a field or serializer will look up; ``None`` if it is not known."""
    if isinstance(validator, validators.UniqueValidator):
        return lambda asked: _alone(field, values())
    if isinstance(validator, validators.UniqueTogetherValidator):
        return _of_fields(validator, field, values)
    if isinstance(validator, validators.BaseUniqueForValidator):
        return _of_dates(validator, field, values)
    return None


def _alone(field: Any, values: Iterable[Any]) -> list[Sequence[Any]]:
    internal = _maker(field)
    return [(internal(value),) for value in values]


def _of_fields(validator: Any, serializer: Any, rows: Values) -> Expected | None:
    parts = _fields(serializer, validator.fields)
    # With a condition it is a query of another form.
    if parts is None or getattr(validator, "condition", None) is not None:
        return None
    return lambda asked: _together(parts, asked, rows())


def _of_dates(validator: Any, serializer: Any, rows: Values) -> Expected | None:
    pair = _fields(serializer, (validator.field, validator.date_field))
    parts = _PARTS.get(type(validator).filter_queryset)
    if pair is None or parts is None:
        return None
    return lambda asked: _dated(pair, parts, rows())


def _fields(serializer: Any, names: Iterable[str]) -> list[Any] | None:
    """The fields of these names; ``None`` if there are not all: stock then fails in its way."""
    known = getattr(serializer, "fields", {})
    return [known[name] for name in names] if all(name in known for name in names) else None


def _together(
    parts: Sequence[Any], asked: tuple[Any, ...], rows: Iterable[Any]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        if type(row) is dict:
            given = [_given(part, row) for part in parts]
            # What a row does not say is the same default for all, most likely.
            yield [
                known if value is _MISSING else value
                for value, known in zip(given, asked, strict=True)
            ]


def _dated(
    pair: Sequence[Any], parts: Sequence[str], rows: Iterable[Any]
) -> Iterator[Sequence[Any]]:
    for row in rows:
        if type(row) is dict:
            value, date = (_given(field, row) for field in pair)
            if hasattr(date, "year"):
                yield [value, *(getattr(date, part) for part in parts)]


def _given(field: Any, row: Mapping[str, Any]) -> Any:
    if field.read_only or isinstance(field, fields.HiddenField):
        return _MISSING
    value = row.get(field.field_name, _MISSING)
    return value if value is _MISSING else _internal(field, value)


def _internal(field: Any, value: Any) -> Any:
    """The value that validation most likely makes of a raw one, ``None`` if it makes none."""
    return _maker(field)(value)


def _maker(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, relations.PrimaryKeyRelatedField):
        return _unchanged if field.pk_field is None else _maker(field.pk_field)
    if isinstance(field, relations.SlugRelatedField):
        return partial(_known, field)
    stock = belongs_to(type(field).to_internal_value, "rest_framework")
    if isinstance(field, _WITH_EFFECTS) or not stock:
        return _nothing
    return partial(_tried, field.to_internal_value)


def _unchanged(value: Any) -> Any:
    return value


def _nothing(value: Any) -> None:
    return None


def _tried(make: Callable[[Any], Any], value: Any) -> Any:
    try:
        return make(value)
    except Exception:
        # Whatever it is: the row itself will raise it.
        return None


def _known(field: Any, value: Any) -> Any:
    """The object that a related field has been given for a value."""
    answers = vars(field).get("get_queryset", lambda: None)()
    known = type(answers) is Answers and isinstance(value, str)
    return answers.known(**{field.slug_field: value}) if known else None


#: Fields that read files or the database, or hold others that may.
_WITH_EFFECTS = (
    fields.FileField,
    fields.ListField,
    fields.DictField,
    relations.ManyRelatedField,
    relations.RelatedField,
    BaseSerializer,
)
_PARTS: dict[Any, Sequence[str]] = {
    validators.UniqueForDateValidator.filter_queryset: ("day", "month", "year"),
    validators.UniqueForMonthValidator.filter_queryset: ("month",),
    validators.UniqueForYearValidator.filter_queryset: ("year",),
}
