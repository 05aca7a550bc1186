"""``Model.full_clean`` for a list.

Each stage asks for a whole list which instances are certainly valid, natively or by one query, and
calls the stock method for the others. What is wrong with an instance is only ever said by Django.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from django_rustaccel.core import statistics
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import constraints, fields, uniqueness
from django_rustaccel.validation.batch import Batch

#: What ``full_clean`` is made of. A model with one of its own is cleaned as that says.
METHODS = (
    "full_clean", "clean_fields", "validate_unique", "_get_unique_checks",
    "_perform_unique_checks", "_perform_date_checks", "validate_constraints", "get_constraints",
    "_get_field_expression_map", "_get_pk_val", "_is_pk_set",
)  # fmt: skip
#: What decides how an attribute is read and set.
ACCESS = ("__getattribute__", "__setattr__", "pk")


def full_clean_many(
    instances: Iterable[Any], *, validate_unique: bool = True, validate_constraints: bool = True
) -> None:
    """Do what ``instance.full_clean(...)`` does for each instance of a list, for a fraction of it.

    Attributes are set to their cleaned values as ``full_clean`` sets them, also where others are
    wrong. As in a loop of ``full_clean`` only the database is asked for duplicates: two new
    instances with the same unique value are both valid. Unlike in a loop, the fields of all
    instances are looked at before the first overridden ``clean`` runs.

    Raises :class:`~django_rustaccel.exceptions.BulkValidationError`, a ``ValidationError``, that
    has the error of each instance by its index.
    """
    errors = errors_of(
        list(instances),
        validate_unique=validate_unique,
        validate_constraints=validate_constraints,
    )
    if errors:
        raise BulkValidationError(errors)


def errors_of(
    instances: list[Any],
    *,
    exclude: Collection[str] = (),
    validate_unique: bool = True,
    validate_constraints: bool = True,
) -> dict[int, ValidationError]:
    """What ``instance.full_clean(...)`` raises, by the index of each invalid instance."""
    stages = Stages(frozenset(exclude), validate_unique, validate_constraints)
    errors: dict[int, ValidationError] = {}
    for indexes in _alike(instances):
        found = _clean([instances[index] for index in indexes], stages)
        errors |= {indexes[index]: error for index, error in found.items()}
    return dict(sorted(errors.items()))


def _alike(instances: list[Any]) -> Iterator[list[int]]:
    """The indexes of the instances of each class, in the order in which the classes come."""
    if len(set(map(id, instances))) < len(instances):
        # One object twice: its second turn sees what the first has made of it.
        yield from ([index] for index in range(len(instances)))
        return
    by_class: dict[type, list[int]] = {}
    for index, instance in enumerate(instances):
        by_class.setdefault(type(instance), []).append(index)
    yield from by_class.values()


def _clean(instances: list[Any], stages: Stages) -> dict[int, ValidationError]:
    if len(instances) < 2 or is_disabled():
        return stages.one_by_one(dict(enumerate(instances)))
    model = type(instances[0])
    reason = obstacle(model)
    if reason:
        statistics.fell_back(f"full_clean_many of {model.__qualname__}: {reason}")
        return stages.one_by_one(dict(enumerate(instances)))
    return _clean_batch(Batch(model, instances, stages.exclude), stages)


def _clean_batch(batch: Batch, stages: Stages) -> dict[int, ValidationError]:
    odd = fields.clean(batch, (*METHODS, "clean"))
    alone = stages.one_by_one({index: batch.instances[index] for index in odd})
    if stages.validate_unique:
        batch.run("validate_unique", uniqueness.suspects)
    if stages.validate_constraints:
        batch.run("validate_constraints", constraints.suspects)
    return batch.validation_errors() | alone


@dataclass(frozen=True)
class Stages:
    """The arguments of ``full_clean``."""

    exclude: frozenset[str]
    validate_unique: bool
    validate_constraints: bool

    def one_by_one(self, instances: dict[int, Any]) -> dict[int, ValidationError]:
        """The stock loop."""
        errors: dict[int, ValidationError] = {}
        for index, instance in instances.items():
            try:
                instance.full_clean(
                    exclude=set(self.exclude),
                    validate_unique=self.validate_unique,
                    validate_constraints=self.validate_constraints,
                )
            except ValidationError as error:
                errors[index] = error
        return errors


def obstacle(model: type[Any]) -> str:
    """Why instances of a class have to be cleaned one by one; empty if they have not."""
    if not issubclass(model, Model):
        return "is no model"
    for name in (*METHODS, *ACCESS):
        if getattr(model, name, None) is not getattr(Model, name, None):
            return f"has `{name}` of its own"
    return ""
