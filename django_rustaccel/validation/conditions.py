"""``CheckConstraint`` of a list: the query for one instance is sent for many.

As ``Q.check`` does, Django asks the database whether the values of an instance meet a condition:
``SELECT 1 WHERE COALESCE(price >= 0, true)`` with the price as a parameter. Instances that have
``NULL`` in the same places have the same text, so that one ``UNION ALL`` asks for hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet, FieldError, FullResultSet
from django.db import DatabaseError, connections, models, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

from django_rustaccel.validation.columns import is_attribute
from django_rustaccel.validation.rows import batched, values_at_once

#: How Django begins the query; its first parameter is 1, and here the number of an instance.
BEGINNING = "SELECT %s AS "
#: Terms of a compound statement, below the 500 that SQLite takes.
MAX_TERMS = 400


#: The value of each field of an instance, as the driver takes it.
Values = dict[Any, Any]


@dataclass(frozen=True)
class Slot:
    """Where the value of a field stands among the parameters."""

    field: Any


class SlotValue(Value):
    """A value of an instance that puts its slot into the parameters."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """The text of ``Value``, with a slot in place of the value."""
        sql, params = super().as_sql(compiler, connection)
        return sql, [Slot(self.output_field) for _ in params]


class Condition:
    """The condition of a constraint, to be asked on one database."""

    def __init__(
        self, model: type[Any], constraint: models.CheckConstraint, exclude: set[str], using: str
    ) -> None:
        self.model = model
        self.constraint = constraint
        self.exclude = exclude
        self.using = using
        self.connection: Any = connections[using]

    def suspects(self, instances: list[Any]) -> Iterable[int]:
        """The indexes of instances that do not meet it, or of which only stock can say."""
        fields = self._fields()
        if fields is None:
            return range(len(instances))
        shapes: dict[tuple[bool, ...], dict[int, Values]] = {}
        found: set[int] = set()
        for index, instance in enumerate(instances):
            values = self._values(instance, fields)
            if values is None:
                found.add(index)
            else:
                shape = tuple([value is None for value in values.values()])
                shapes.setdefault(shape, {})[index] = values
        for values_by_index in shapes.values():
            first = instances[next(iter(values_by_index))]
            found.update(self._failing(self._written(first, fields), values_by_index))
        return found

    def _fields(self) -> list[Any] | None:
        """The fields that the condition names; ``None`` if it names more than plain columns."""
        names = {name for name, *_ in self.model._get_expr_references(self.constraint.condition)}
        own = {field.name: field for field in self.model._meta.local_concrete_fields}
        fields = [own.get(name) for name in sorted(names - self.exclude)]
        return None if any(map(self._is_odd, fields)) else fields

    def _is_odd(self, field: Any) -> bool:
        return (
            field is None
            or field.generated
            or hasattr(field, "get_placeholder")
            or not is_attribute(field, self.model)
        )

    def _values(self, instance: Any, fields: list[Any]) -> Values | None:
        """The values as the driver takes them; ``None`` if one of them is an expression."""
        values = {field: getattr(instance, field.attname) for field in fields}
        if any(hasattr(value, "resolve_expression") for value in values.values()):
            return None
        return {
            field: field.get_db_prep_value(value, connection=self.connection)
            for field, value in values.items()
        }

    def _failing(
        self, written: tuple[str, list[Any]] | None, values_by_index: dict[int, Values]
    ) -> set[int]:
        """Those of the indexes, all of one shape, for which the condition does not hold."""
        if written is None:
            return set(values_by_index)
        sql, params = written
        size = min(MAX_TERMS, values_at_once(self.using) // len(params))
        held: set[int] = set()
        for chunk in batched(values_by_index.items(), max(size, 1)):
            statement = " UNION ALL ".join([sql] * len(chunk))
            held |= self._sent(statement, [p for item in chunk for p in _filled(params, *item)])
        return set(values_by_index) - held

    def _written(self, instance: Any, fields: list[Any]) -> tuple[str, list[Any]] | None:
        """The query of ``Q.check`` for an instance, with slots for its values."""
        cls: Any = type(instance)
        probe = cls.__new__(cls)
        vars(probe).update(vars(instance))
        for field in fields:
            vars(probe)[field.attname] = SlotValue(getattr(instance, field.attname), field)
        condition = models.Q(self.constraint.condition)
        if self.connection.features.supports_comparing_boolean_expr:
            condition = models.Q(Coalesce(condition, True, output_field=models.BooleanField()))
        query = Query(None)
        values = probe._get_field_expression_map(meta=self.model._meta, exclude=self.exclude)
        try:
            for name, value in values.items():
                query.add_annotation(value, name, select=False)
            query.add_annotation(Value(1), "_check")
            query.add_q(condition)
            sql, params = query.get_compiler(using=self.using).as_sql()
        except (FieldError, EmptyResultSet, FullResultSet):
            return None
        return (sql, list(params)) if sql.startswith(BEGINNING) else None

    def _sent(self, statement: str, params: list[Any]) -> set[int]:
        is_inside = self.connection.in_atomic_block
        savepoint: Any = transaction.atomic(self.using) if is_inside else nullcontext()
        try:
            with savepoint, self.connection.cursor() as cursor:
                cursor.execute(statement, params)
                return {index for (index,) in cursor.fetchall()}
        except DatabaseError:
            return set()


def _filled(params: list[Any], index: int, values: Values) -> list[Any]:
    """The parameters for an instance, which is told by its index in the answer."""
    filled = [values[param.field] if isinstance(param, Slot) else param for param in params]
    return [index, *filled[1:]]
