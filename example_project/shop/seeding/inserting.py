"""Many rows at once, with their keys."""

from collections.abc import Collection
from typing import TypeVar

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def insert(model: type[Row], rows: Collection[Row], by: str) -> None:
    """Insert rows, which then have their keys; MySQL, which tells none, is asked `by` a column."""
    manager = model._default_manager
    manager.bulk_create(rows)
    if not connection.features.can_return_rows_from_bulk_insert:
        named = {getattr(row, by): row for row in rows}
        found = manager.filter(**{f"{by}__in": named}).values_list(by, "pk")
        for name, key in found:
            named[name].pk = key
