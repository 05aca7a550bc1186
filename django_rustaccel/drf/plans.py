"""Plans, compiled once per serializer class where the class alone decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.signals import setting_changed
from rest_framework import serializers

from django_rustaccel.core.engine import Reader
from django_rustaccel.drf.describe import Entry, describe, serializer_override

#: Plans kept; beyond it the oldest goes first.
MAX_PLANS = 2048


@dataclass
class Plan:
    """The description of a serializer with everything derived from it."""

    entries: list[Entry]
    reasons: tuple[str, ...]
    reader: Reader | None = None
    derived: dict[Any, Any] = field(default_factory=dict)


_plans: dict[type, tuple[Any, Plan]] = {}


def plan_of(serializer: Any) -> Plan | str:
    """The plan of a serializer instance, or why it has none."""
    reason = serializer_override(serializer)
    if reason:
        return reason
    if not depends_on_class_only(serializer):
        return compile_plan(serializer)
    cls = type(serializer)
    known = _plans.get(cls)
    mark = _fingerprint(cls)
    if known is not None and known[0] == mark:
        return known[1]
    plan = compile_plan(serializer)
    # Describing builds the fields and may touch the class: what counts is how it looks now.
    if all(_is_static(type(nested)) for nested in _nested(serializer)):
        while len(_plans) >= MAX_PLANS:
            _plans.pop(next(iter(_plans)), None)
        _plans[cls] = (_fingerprint(cls), plan)
    return plan


def compile_plan(serializer: Any) -> Plan:
    """A plan for exactly this instance."""
    entries = describe(serializer)
    return Plan(entries, tuple(_reasons(type(serializer).__name__, entries)))


def _reasons(owner: str, entries: list[Entry]) -> Iterable[str]:
    for entry in entries:
        name = f"{owner}.{entry.name}"
        if entry.node.kind == "stock":
            yield f"{name}: {entry.node.reason or entry.needs_instance}"
        yield from _reasons(name, entry.node.entries)


#: Methods by which a serializer class or instance may choose its fields.
_FIELD_HOOKS = frozenset(
    name
    for name in dir(serializers.HyperlinkedModelSerializer)
    if name.startswith(("get_", "build_", "include_", "_get_"))
    and name not in ("get_initial", "get_value", "get_attribute", "get_default", "get_validators")
) | {"fields", "_readable_fields", "__new__"}

_STOCK_HOOKS = {
    cls: {name: getattr(cls, name, None) for name in _FIELD_HOOKS}
    for cls in (
        serializers.Serializer,
        serializers.ModelSerializer,
        serializers.HyperlinkedModelSerializer,
    )
}

#: What DRF itself leaves in the `__dict__` of a serializer; more may mean other fields.
_PLAIN_STATE = frozenset(
    {
        "_args", "_kwargs", "_creation_counter", "_context", "_data", "_errors", "_read_only_defaults",
        "_validated_data", "_validators", "allow_null", "default", "default_empty_html",
        "error_messages", "field_name", "help_text", "initial", "initial_data", "instance",
        "label", "parent", "partial", "read_only", "required", "root", "source", "source_attrs",
        "style", "validators", "write_only", "context",
    }
)  # fmt: skip


def depends_on_class_only(serializer: Any) -> bool:
    """Whether any instance of this class has the same fields as this one."""
    state = vars(serializer)
    if "fields" in state:
        return False
    cls = type(serializer)
    if not _is_static(cls):
        return False
    if state.keys() <= _PLAIN_STATE:
        return True
    return not any(hasattr(cls, name) for name in state.keys() - _PLAIN_STATE)


def _is_static(cls: type) -> bool:
    """Whether the class leaves the choice of its fields to DRF."""
    stock = next(base for base in cls.__mro__ if base in _STOCK_HOOKS)
    return all(getattr(cls, name, None) is method for name, method in _STOCK_HOOKS[stock].items())


def _nested(serializer: Any) -> Iterable[Any]:
    for field_ in serializer.fields.values():
        child = getattr(field_, "child", field_)
        if isinstance(child, serializers.Serializer):
            yield child
            yield from _nested(child)


def _fingerprint(cls: type) -> tuple[Any, ...]:
    """Everything of a class that its fields come from."""
    meta = getattr(cls, "Meta", None)
    declared = cls._declared_fields  # type: ignore[attr-defined]
    own = tuple(vars(meta).items()) if meta is not None else ()
    return (meta, tuple(declared.items()), own)


def forget(**kwargs: Any) -> None:
    """Drop every plan: a setting that plans depend on may have changed."""
    _plans.clear()


setting_changed.connect(forget)
