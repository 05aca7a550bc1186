"""Whether the rows that foreign keys name are there: one query for a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import router

from django_rustaccel.validation.rows import (
    batched,
    is_askable,
    is_djangos,
    is_plain,
    values_at_once,
)


def missing(field: Any, instances: dict[int, Any]) -> Iterator[int]:
    """The indexes of instances whose key was not found, with all that only stock can look up."""
    keys = {index: getattr(instance, field.attname) for index, instance in instances.items()}
    keys = {index: key for index, key in keys.items() if key is not None}
    if not (is_djangos(field) and is_plain(field.remote_field.model._base_manager)):
        yield from keys
        return
    for using, indexes in _by_database(field, instances, keys).items():
        asked = {keys[index] for index in indexes if is_askable(keys[index])}
        found = _found(field, using, asked)
        yield from (index for index in indexes if keys[index] not in found)


def _by_database(
    field: Any, instances: dict[int, Any], keys: dict[int, Any]
) -> dict[str, list[int]]:
    """Stock asks the router for each instance."""
    groups: dict[str, list[int]] = {}
    for index in keys:
        using = router.db_for_read(field.remote_field.model, instance=instances[index])
        groups.setdefault(using, []).append(index)
    return groups


def _found(field: Any, using: str, keys: set[Any]) -> set[Any]:
    name = field.remote_field.field_name
    manager = field.remote_field.model._base_manager.using(using)
    limit = field.get_limit_choices_to()
    found: set[Any] = set()
    for chunk in batched(keys, values_at_once(using)):
        rows = manager.filter(**{f"{name}__in": chunk}).complex_filter(limit)
        found.update(rows.order_by().values_list(name, flat=True))
    return found
