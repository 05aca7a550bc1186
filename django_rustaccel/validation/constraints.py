"""Which instances may violate a constraint of ``Meta.constraints``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, router

from django_rustaccel.validation.conditions import Condition
from django_rustaccel.validation.uniqueness import UniqueCheck


def suspects(instances: list[Any], exclude: set[str]) -> Iterable[int]:
    """The indexes of instances that ``validate_constraints`` has to look at."""
    by_model = instances[0].get_constraints()
    if not any(constraints for _, constraints in by_model):
        return ()
    found: set[int] = set()
    for using, indexes in _by_database(instances).items():
        chosen = [instances[index] for index in indexes]
        for model, constraints in by_model:
            for constraint in constraints:
                numbers = _violators(model, constraint, chosen, exclude, using)
                found.update(indexes[number] for number in numbers)
    return found


def _by_database(instances: list[Any]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for index, instance in enumerate(instances):
        using = router.db_for_write(type(instance), instance=instance)
        groups.setdefault(using, []).append(index)
    return groups


def _violators(
    model: type[models.Model], constraint: Any, instances: list[Any], exclude: set[str], using: str
) -> Iterable[int]:
    if type(constraint) is models.CheckConstraint:
        return Condition(model, constraint, exclude, using).suspects(instances)
    if type(constraint) is models.UniqueConstraint and constraint.fields:
        return _doubles(model, constraint, instances, exclude, using)
    return range(len(instances))


def _doubles(
    model: type[models.Model],
    constraint: models.UniqueConstraint,
    instances: list[Any],
    exclude: set[str],
    using: str,
) -> Iterable[int]:
    """A row without a double under the constraint's condition cannot violate it."""
    if not exclude.isdisjoint(constraint.fields):
        return ()
    fields: list[Any] = [model._meta.get_field(name) for name in constraint.fields]
    rows = model._default_manager.using(using)
    check = UniqueCheck(model, fields, rows.filter(constraint.condition or models.Q()))
    is_stock = constraint.nulls_distinct is False or any(field.generated for field in fields)
    if is_stock or not check.is_one_query:
        return range(len(instances))
    return check.suspects(instances, check.keys(instances))
