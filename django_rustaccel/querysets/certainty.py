"""Which kinds take every value of a column, so that nothing can fail after it was read."""

from __future__ import annotations

from typing import Any

_INTEGERS = {
    "AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "PositiveBigIntegerField",
    "PositiveIntegerField", "PositiveSmallIntegerField", "SmallAutoField", "SmallIntegerField",
}  # fmt: skip
_TEXTS = {"CharField", "GenericIPAddressField", "SlugField", "TextField"}

#: Column types of which a kind takes every value that the database can hold.
_CERTAIN = {
    "boolean": {"BooleanField"},
    "choice": _TEXTS | _INTEGERS,
    "date": {"DateField"},
    "datetime": {"DateTimeField"},
    "duration": {"DurationField"},
    "float": {"FloatField"},
    "integer": _INTEGERS,
    "text": _TEXTS | _INTEGERS | {"UUIDField"},
    "time": {"TimeField"},
    "uuid": {"UUIDField"},
}


def is_certain(node: Any, field: Any) -> bool:
    """Whether a kind takes every cell of a column without asking its stock field."""
    if node.kind in ("as_is", "slug", "key", "own_key", "many_related", "link"):
        return node.child is None or node.kind == "many_related"
    if field is None:
        return False
    if field.is_relation:
        field = field.target_field
    # Patterns stop at years that platforms spell differently, and objects are made by Django.
    if node.kind in ("date", "datetime", "time") and node.options["format"] != "iso-8601":
        return False
    if node.kind == "decimal" and not node.options["as_text"]:
        return False
    if node.kind == "decimal":
        same_places = node.options["places"] in (None, getattr(field, "decimal_places", None))
        digits = node.options["digits"]
        return (
            field.get_internal_type() == "DecimalField"
            and same_places
            and (digits or 28) >= (field.max_digits or 28)
        )
    return field.get_internal_type() in _CERTAIN.get(node.kind, ())
