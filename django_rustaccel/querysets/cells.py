"""How a driver's value becomes what a model instance would hold: natively and as Django does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.models.expressions import Col

#: Native form, its options, and the loader that gives Django's value.
Form = tuple[str, tuple[Any, ...], Callable[[Any], Any] | None]


def form_of(expression: Any, using: str, text_type: int | None = None) -> Form:
    """How to read the cells of a selected expression on a database.

    ``text_type`` is the PostgreSQL type of a cell that arrives as the text it was sent as.
    """
    field = expression.output_field
    load = Load(expression, using, text_type)
    if text_type is None and not load.converters(connections[using]):
        return ("object", (), None)
    native = _NATIVE.get(field.get_internal_type())
    name, options = native(expression, field, connections[using]) if native else ("load", ())
    return (name, options, load)


class Load:
    """Django's value of one cell: what ``SQLCompiler.apply_converters`` does with it.

    Knows the database by its alias and not by its connection, which belongs to one thread.
    """

    __slots__ = ("_cached", "expression", "text_type", "using")

    def __init__(self, expression: Any, using: str, text_type: int | None) -> None:
        self.expression = expression
        self.using = using
        self.text_type = text_type
        self._cached: tuple[Any, Any, Any] = (None, None, None)

    def converters(self, connection: Any) -> list[Any]:
        """Django's converters: the backend's, then those of the expression and its field."""
        return [
            *connection.ops.get_db_converters(self.expression),
            *self.expression.get_db_converters(connection),
        ]

    def __call__(self, value: Any) -> Any:
        """Convert the driver's value."""
        connection, loader, converters = self._tools()
        if loader is not None:
            value = loader(value)
        for converter in converters:
            value = converter(value, self.expression, connection)
        return value

    def from_driver(self, value: Any) -> Any:
        """The object that the driver would have made of a text."""
        loader = self._tools()[1]
        return value if loader is None else loader(value)

    def _tools(self) -> tuple[Any, Any, Any]:
        connection = connections[self.using]
        if self._cached[0] is not connection:
            self._cached = (connection, self._loader(connection), self.converters(connection))
        return self._cached

    def _loader(self, connection: Any) -> Any:
        if self.text_type is None:
            return None
        from django_rustaccel.querysets.postgres import stock_loader

        return stock_loader(connection, self.text_type)


def _datetime(expression: Any, field: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
    if not settings.USE_TZ:
        return ("datetime", (False,))
    if str(connection.timezone) != "UTC":
        return ("load", ())
    return ("datetime", (True,))


def _decimal(expression: Any, field: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
    if connection.vendor != "sqlite":
        return ("decimal", ())
    if not isinstance(expression, Col) or field.decimal_places is None:
        return ("load", ())
    return ("float_decimal", (field.max_digits or 28, field.decimal_places))


def _duration(expression: Any, field: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
    return ("load" if connection.features.has_native_duration_field else "duration", ())


def _simple(name: str) -> Callable[[Any, Any, Any], tuple[str, tuple[Any, ...]]]:
    return lambda expression, field, connection: (name, ())


_NATIVE = {
    "DateTimeField": _datetime,
    "DecimalField": _decimal,
    "DurationField": _duration,
    "BooleanField": _simple("boolean"),
    "DateField": _simple("date"),
    "TimeField": _simple("time"),
    "UUIDField": _simple("uuid"),
}
