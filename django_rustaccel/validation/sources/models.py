"""Models: an unsaved instance of each row, and its ``full_clean``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.forms import Field as FormField
from django.utils.translation import gettext_lazy as _

from django_rustaccel.validation.full_clean import errors_of
from django_rustaccel.validation.sources.base import Result, Source

Errors = dict[str, list[ValidationError]]

#: What ``to_python`` of a field raises beside ``ValidationError`` about values of odd types.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
#: Fields that make text of anything, and so of lists and objects too.
TEXTS = (models.CharField.to_python, models.TextField.to_python)


class ModelSource(Source):
    """Rows by the rules of the model's fields, ``clean``, uniqueness and constraints.

    ``fields`` are names of fields, all that are editable by default. ``unknown`` says what becomes
    of other keys: they are an error ("forbid") or left out ("ignore"). ``validate_unique`` and
    ``validate_constraints`` are those of ``full_clean``.
    """

    def __init__(
        self,
        model: type[models.Model],
        fields: Collection[str] | None,
        *,
        unknown: str = "forbid",
        validate_unique: bool = True,
        validate_constraints: bool = True,
    ) -> None:
        if unknown not in ("forbid", "ignore"):
            raise ValueError(f'unknown must be "forbid" or "ignore", not {unknown!r}.')
        self.model = model
        self.is_strict = unknown == "forbid"
        self.checks = {
            "validate_unique": validate_unique,
            "validate_constraints": validate_constraints,
        }
        self.fields: list[Any] = _editable(model) if fields is None else _named(model, fields)
        self.by_key = {field.name: field for field in self.fields}
        self.by_key |= {field.attname: field for field in self.fields}
        names = {field.name for field in model._meta.fields}
        self.exclude = names.difference(field.name for field in self.fields)

    def results(self, rows: list[Any]) -> Iterator[Result]:
        """The cleaned values of what each row has, by attribute: what the model class takes."""
        for row, (instance, error) in zip(rows, self.instances(rows), strict=True):
            if error is not None:
                yield None, error
                continue
            fields = dict.fromkeys(self.by_key[key] for key in row if key in self.by_key)
            yield {field.attname: getattr(instance, field.attname) for field in fields}, None

    def instances(self, rows: list[Any]) -> list[tuple[Any, ValidationError | None]]:
        """An unsaved, cleaned instance of each row, or its error."""
        made = [self._instance(row) for row in rows]
        whole = [index for index, (_, errors) in enumerate(made) if not errors]
        found = errors_of([made[index][0] for index in whole], exclude=self.exclude, **self.checks)
        invalid = {whole[number]: error for number, error in found.items()}
        return [
            self._result(instance, errors, invalid.get(index))
            for index, (instance, errors) in enumerate(made)
        ]

    def _result(
        self, instance: Any, errors: Errors, invalid: ValidationError | None
    ) -> tuple[Any, ValidationError | None]:
        if not errors:
            return (None, invalid) if invalid else (instance, None)
        if instance is not None:
            exclude = self.exclude.union(errors)
            for error in errors_of([instance], exclude=exclude, **self.checks).values():
                errors = error.update_error_dict(errors)
        return None, ValidationError(errors)

    def _instance(self, row: Any) -> tuple[Any, Errors]:
        """An instance of what can be read of a row, and what is wrong with the rest."""
        if not isinstance(row, dict):
            return None, {"__all__": [ValidationError(_("Enter a valid value."), code="invalid")]}
        values: dict[str, Any] = {}
        errors: Errors = {}
        for key, value in row.items():
            field = self.by_key.get(key)
            if field is not None:
                _read(field, value, values, errors)
            elif self.is_strict:
                errors[str(key)] = [ValidationError(_("Unknown field."), code="unknown")]
        for field in self.fields:
            if field.attname not in values and field.name not in errors and _is_required(field):
                message = FormField.default_error_messages["required"]
                errors[field.name] = [ValidationError(message, code="required")]
        return self.model(**values), errors


def _read(field: Any, value: Any, values: dict[str, Any], errors: Errors) -> None:
    """Put a value as its field takes it, or what is wrong with it, where it belongs."""
    try:
        values[field.attname] = _to_python(field, value)
    except ValidationError as error:
        errors[field.name] = error.error_list
    except UNREADABLE:
        errors[field.name] = [_invalid(field, value)]


def _to_python(field: Any, value: Any) -> Any:
    if value is None:
        if not field.null:
            raise ValidationError(field.error_messages["null"], code="null")
        return None
    return _text(field, value) if type(field).to_python in TEXTS else field.to_python(value)


def _text(field: Any, value: Any) -> Any:
    """A text, and none of those that no form lets through or that no database takes."""
    if isinstance(value, (list, dict)):
        raise _invalid(field, value)
    text = field.to_python(value)
    ProhibitNullCharactersValidator()(text)
    text.encode()  # Half a surrogate pair is a ValueError.
    return text


def _invalid(field: Any, value: Any) -> ValidationError:
    message = field.error_messages.get("invalid", _("Enter a valid value."))
    # The text of a foreign key speaks of a row that is missing.
    params = {"value": value, "model": field.model._meta.verbose_name, "field": field.name}
    return ValidationError(message, code="invalid", params=params)


def _is_required(field: Any) -> bool:
    """Whether a row must have a field: the model has no value for it that is allowed."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return False
    if field.has_default() or field.db_default is not models.NOT_PROVIDED:
        return False
    default = field.get_default()
    return not field.blank or (default is None and not field.null)


def _editable(model: type[models.Model]) -> list[Any]:
    """The fields that a form would have, relations to many aside, and a key that is no number."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable
        and not field.generated
        and not isinstance(field, models.AutoField)
        and not getattr(field.remote_field, "parent_link", False)
    ]


def _named(model: type[models.Model], names: Collection[str]) -> list[Any]:
    try:
        fields: list[Any] = [model._meta.get_field(name) for name in names]
    except FieldDoesNotExist as error:
        raise ValueError(str(error)) from error
    for field in fields:
        if not getattr(field, "concrete", False) or field.many_to_many or field.generated:
            raise ValueError(f"{model._meta.label}.{field.name} is no column that can be set.")
    return fields
