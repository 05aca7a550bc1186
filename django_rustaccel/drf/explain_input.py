"""Who validates what a client sends, and why: the decisions of the write path, without data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django_rustaccel.core.origin import describe_override, location, overridden
from django_rustaccel.drf import originals
from django_rustaccel.drf.describe_input import (
    InputEntry,
    InputPlan,
    describe_input,
    list_override,
    run_override,
    walk_override,
)
from django_rustaccel.drf.explain_lookups import lookups_of_field, lookups_of_serializer
from django_rustaccel.drf.input_explanation import InputExplanation, InputFieldExplanation
from django_rustaccel.drf.input_plans import LONG
from django_rustaccel.drf.input_rules import is_checked
from django_rustaccel.drf.plans import is_static


def explain_input(serializer: Any, list_class: type | None, off: str) -> InputExplanation:
    """Which fields of a serializer of one object take input natively, and who looks things up.

    ``list_class`` stands around it with ``many=True``; ``off`` is why nothing is native at all.
    """
    if off or not isinstance(serializer, originals.Serializer):
        return InputExplanation(False, (off,) if off else ())
    stock = walk_override(serializer)
    return InputExplanation(
        native=not (stock or _obstacles(serializer, list_class)),
        reasons=(stock,) if stock else (*_obstacles(serializer, list_class), *_notes(serializer)),
        fields=_fields(serializer, describe_input(serializer), is_native=not stock),
        lookups=tuple(lookups_of_serializer(serializer)),
    )


def _obstacles(serializer: Any, list_class: Any) -> list[str]:
    """Methods that have to run for every object; what they call by ``super()`` is native."""
    found = [run_override(serializer)]
    if list_class is not None:
        # Only the class is looked at: making an instance properly would take over the child.
        made = list_class.__new__(list_class)
        made.child = serializer
        found.append(list_override(made))
    return [reason for reason in found if reason]


def _notes(serializer: Any) -> Iterator[str]:
    cls = type(serializer)
    if not is_static(cls):
        yield f"`{cls.__name__}` chooses its fields in every call: native from {LONG} rows on"
    if overridden(serializer, "validate", originals.Serializer):
        yield f"calls `{cls.__name__}.validate`{location(cls.validate)}"


def _fields(
    serializer: Any, plan: InputPlan, *, is_native: bool
) -> dict[str, InputFieldExplanation]:
    return {
        entry.name: _field(serializer, serializer.fields[entry.name], entry, is_native)
        for entry in plan.entries
    }


def _field(
    serializer: Any, field: Any, entry: InputEntry, is_native: bool
) -> InputFieldExplanation:
    reasons = [*_field_obstacles(field, entry)]
    native = is_native and not reasons
    below = {}
    if entry.node.plan is not None:
        child = getattr(field, "child", field)
        below = _fields(child, entry.node.plan, is_native=native)
        own = (f"`{type(child).__name__}`: {note}" for note in _notes(child) if "calls" in note)
        reasons += own
    if entry.method:
        method = getattr(serializer, entry.method)
        reasons.append(f"calls `{type(serializer).__name__}.{entry.method}`{location(method)}")
    lookups = tuple(lookups_of_field(field))
    return InputFieldExplanation(entry.name, native, "; ".join(reasons), lookups, below)


def _field_obstacles(field: Any, entry: InputEntry) -> Iterator[str]:
    """Why Python code runs for valid values of a field."""
    node = entry.node
    if entry.get == "stock":
        yield describe_override(field, "get_value")
    if node.reason:
        yield node.reason
    elif node.rule == "stock":
        yield f"`{node.field}` is asked for its value in every call"
    if node.validators == "stock":
        yield from (
            f"validator `{_name(validator)}`{location(validator)} is Python code"
            for validator in field.validators
            if not is_checked(validator)
        )


def _name(validator: Any) -> str:
    return getattr(validator, "__qualname__", type(validator).__name__)
