"""How a driver's value becomes what a model instance would hold: natively and as Django does it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField
from django.db.models.expressions import Col

from django_rustaccel.querysets.columns import UnreadableError

#: Native form, its options, and the loader that gives Django's value.
Form = tuple[str, tuple[Any, ...], Callable[[Any], Any] | None]


def form_of(expression: Any, connection: BaseDatabaseWrapper, loader: Any = None) -> Form:
    """How to read the cells of a selected expression.

    ``loader`` is the driver's own loader where the cell arrives as the text it was sent as.

    Raises:
        UnreadableError: for a field with a ``from_db_value`` of its own.

    """
    field = expression.output_field
    _check_from_db_value(field)
    load = _loader(expression, connection, loader)
    if load is None:
        return ("object", (), None)
    internal = field.get_internal_type()
    native = _NATIVE.get(internal)
    name, options = native(expression, field, connection) if native else ("load", ())
    return (name, options, load)


def _check_from_db_value(field: Any) -> None:
    method = getattr(type(field), "from_db_value", None)
    if method is not None and method is not JSONField.from_db_value:
        name = type(field).__name__
        raise UnreadableError(f"{field.name}: `{name}.from_db_value` is overridden")


def _loader(expression: Any, connection: Any, loader: Any) -> Callable[[Any], Any] | None:
    converters = [
        *connection.ops.get_db_converters(expression),
        *expression.get_db_converters(connection),
    ]
    if not converters:
        return loader  # type: ignore[no-any-return]
    return partial(_convert, loader, converters, expression, connection)


def _convert(loader: Any, converters: Any, expression: Any, connection: Any, value: Any) -> Any:
    """What ``SQLCompiler.apply_converters`` does with one cell."""
    if loader is not None:
        value = loader(value)
    for converter in converters:
        value = converter(value, expression, connection)
    return value


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


def _simple(name: str) -> Callable[[Any, Any, Any], tuple[str, tuple[Any, ...]]]:
    return lambda expression, field, connection: (name, ())


_NATIVE = {
    "DateTimeField": _datetime,
    "DecimalField": _decimal,
    "BooleanField": _simple("boolean"),
    "DateField": _simple("date"),
    "TimeField": _simple("time"),
    "UUIDField": _simple("uuid"),
    "DurationField": _simple("duration"),
}

