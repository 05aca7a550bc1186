"""``clean_fields`` and ``clean`` of a list: the native pass, and the stock methods for the rest."""

from __future__ import annotations

from typing import Any

from django.db.models import Field, Model

from django_rustaccel.core.engine import Checker
from django_rustaccel.validation.batch import Batch
from django_rustaccel.validation.columns import describe, is_relation
from django_rustaccel.validation.related import missing

Uncertain = dict[int, list[int]]


def clean(batch: Batch, methods: tuple[str, ...]) -> list[int]:
    """Clean the fields of a batch, call overridden ``clean`` methods, and keep the errors.

    Returns the indexes of instances that have one of the ``methods`` in their own attributes, or
    otherwise are not what their class says: they take no part.
    """
    fields = [
        field
        for field in batch.model._meta.fields
        if not (field.generated or field.name in batch.exclude)
    ]
    checker = Checker(batch.model, [describe(field, batch.model) for field in fields], methods)
    found = checker.uncertain(batch.instances)
    odd = [index for index, numbers in found if numbers is None]
    uncertain = {index: numbers for index, numbers in found if numbers is not None}
    if odd:
        batch.present = sorted(set(batch.present).difference(odd))
    for number, field in enumerate(fields):
        if is_relation(field):
            _add_missing(batch, number, field, uncertain)
    _call_stock(batch, fields, uncertain)
    return odd


def _add_missing(batch: Batch, number: int, field: Field[Any, Any], uncertain: Uncertain) -> None:
    """Note the instances whose key leads to no row, as far as one query tells."""
    known = [index for index in batch.present if number not in uncertain.get(index, ())]
    for index in missing(field, {index: batch.instances[index] for index in known}):
        uncertain.setdefault(index, []).append(number)


def _call_stock(batch: Batch, fields: list[Field[Any, Any]], uncertain: Uncertain) -> None:
    """``clean_fields`` without the fields that are certainly valid, then the user's ``clean``."""
    names = [field.name for field in fields]
    has_clean = batch.model.clean is not Model.clean
    for index in batch.present if has_clean else sorted(uncertain):
        if index in uncertain:
            certain = set(names).difference(names[number] for number in uncertain[index])
            batch.call(index, "clean_fields", exclude=batch.exclude | certain)
        if has_clean:
            batch.call(index, "clean")
