"""From a serializer to the description that an input plan is built of.

The mirror of :mod:`.describe`: it says of every writable field where its value goes, which rule
accepts what a client sent, what becomes of a value that was not sent, and how to reach the stock
field that decides when native code is not sure.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from types import BuiltinFunctionType, FunctionType
from typing import Any

from rest_framework import fields, relations

from django_rustaccel.core.description import Path
from django_rustaccel.core.origin import belongs_to, describe_override, overridden
from django_rustaccel.drf import originals
from django_rustaccel.drf.describe import is_within_itself
from django_rustaccel.drf.input_rules import FIELD_METHODS, Check, checks_of, rule_of
from django_rustaccel.drf.mirrors import Unsupported

#: The methods as DRF has them, whatever is installed in their place later.
STOCK_RUN = originals.Serializer.run_validation
STOCK_FIELDS = originals.Serializer.to_internal_value
STOCK_ROWS = originals.ListSerializer.to_internal_value


def _if_own(method: Any) -> set[Any]:
    return {method} if belongs_to(method, "rest_framework") else set()


#: What may stand in a class and still be stock: installing adds to it.
RUN_METHODS = _if_own(STOCK_RUN)
FIELDS_METHODS = _if_own(STOCK_FIELDS)
ROWS_METHODS = _if_own(STOCK_ROWS)

#: Defaults that cannot change: others are copied for every serializer, so that its field has them.
_CONSTANT = (
    type(None), bool, int, float, str, bytes, decimal.Decimal, uuid.UUID,
    datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
)  # fmt: skip


@dataclass
class InputNode:
    """A rule with options, and the way to its stock field."""

    rule: str
    options: dict[str, Any]
    path: Path
    reason: str = ""
    #: Class name of the stock field.
    field: str = ""
    allow_null: bool = False
    checks: list[Check] = dataclass_field(default_factory=list)
    #: Who runs the other validators: ``"native"``, ``"unique"`` or ``"stock"``.
    validators: str = "native"
    child: InputNode | None = None
    plan: InputPlan | None = None

    @property
    def is_native(self) -> bool:
        """Whether no Python code of users runs for any value that is valid."""
        own = self.rule not in ("stock", "nested", "many") and self.validators == "native"
        return own and (self.child is None or self.child.is_native)

    def as_tuple(self) -> tuple[Any, ...]:
        """The form that the native builder reads."""
        options = dict(self.options)
        if self.plan is not None:
            options["plan"] = self.plan.as_tuple()
        if self.child is not None:
            options["child"] = self.child.as_tuple()
        return (self.rule, options, self.path, self.allow_null, self.checks, self.validators)


@dataclass
class InputEntry:
    """One writable field of a serializer."""

    name: str
    target: list[str]
    method: str | None
    get: str
    missing: tuple[str, Any]
    node: InputNode

    def as_tuple(self) -> tuple[Any, ...]:
        """The form that the native builder reads."""
        node = self.node.as_tuple()
        return (self.name, self.target, self.method, self.get, self.missing, node)


@dataclass
class InputPlan:
    """The writable fields of a serializer in order, and what runs after them."""

    path: Path
    entries: list[InputEntry]
    run_validators: bool
    validate: bool

    def as_tuple(self) -> tuple[Any, ...]:
        """The form that the native builder reads."""
        entries = [entry.as_tuple() for entry in self.entries]
        return (self.path, entries, self.run_validators, self.validate)


def walk_override(serializer: Any) -> str:
    """Why the stock ``to_internal_value`` has to run; empty when the native walk stands for it."""
    if hasattr(type(serializer), "__getattr__"):
        return describe_override(serializer, "__getattr__")
    if is_within_itself(serializer):
        return f"`{type(serializer).__name__}` stands within itself"
    return _first_override(serializer, originals.Serializer, ("_writable_fields", "set_value"))


def fields_override(serializer: Any) -> str:
    """Why the stock ``run_validation`` has to run; empty when it is native."""
    if not _is_stock(serializer, "to_internal_value", FIELDS_METHODS):
        return describe_override(serializer, "to_internal_value")
    names = ("validate_empty_values", "get_default")
    return _first_override(serializer, originals.Serializer, names) or walk_override(serializer)


def run_override(serializer: Any) -> str:
    """Why a serializer's own ``run_validation`` has to run; empty when it need not."""
    if not _is_stock(serializer, "run_validation", RUN_METHODS):
        return describe_override(serializer, "run_validation")
    return fields_override(serializer)


def rows_override(serializer: Any) -> str:
    """Why a ``ListSerializer`` has to look at each of its rows; empty when it need not."""
    if not isinstance(serializer.child, originals.Serializer):
        return f"`{type(serializer.child).__name__}` is no Serializer"
    return _first_override(serializer, originals.ListSerializer, ("run_child_validation",))


def list_override(serializer: Any) -> str:
    """Why a list runs code of its own before or for its rows; empty when it does not."""
    if not _is_stock(serializer, "to_internal_value", ROWS_METHODS):
        return describe_override(serializer, "to_internal_value")
    return rows_override(serializer)


def _first_override(obj: Any, stock: type, names: tuple[str, ...]) -> str:
    """In words, the first of these methods that is not ``stock``'s."""
    return next(
        (describe_override(obj, name) for name in names if overridden(obj, name, stock)), ""
    )


def _is_stock(serializer: Any, name: str, methods: set[Any]) -> bool:
    return getattr(type(serializer), name) in methods and name not in vars(serializer)


def describe_input(serializer: Any, path: Path = ()) -> InputPlan:
    """The writable fields of a serializer instance, in order."""
    entries = [
        _entry(serializer, name, field, (*path, ("field", name)))
        for name, field in serializer.fields.items()
        if not field.read_only
    ]
    return InputPlan(path, entries, _runs_validators(serializer), _overrides_validate(serializer))


def _runs_validators(serializer: Any) -> bool:
    """Whether ``run_validators`` does anything: its stock code builds all fields first."""
    return (
        overridden(serializer, "run_validators", originals.Serializer)
        or overridden(serializer, "_read_only_defaults", originals.Serializer)
        or bool(serializer.validators)
        or any(
            field.read_only and field.default is not fields.empty
            for field in serializer.fields.values()
        )
    )


def _overrides_validate(serializer: Any) -> bool:
    stock = (originals.Serializer.validate, originals.ListSerializer.validate)
    return type(serializer).validate not in stock or "validate" in vars(serializer)


def _entry(serializer: Any, name: str, field: Any, path: Path) -> InputEntry:
    method = f"validate_{field.field_name}"
    has_method = getattr(serializer, method, None) is not None
    return InputEntry(
        field.field_name,
        list(field.source_attrs),
        method if has_method else None,
        _get(field),
        _missing(field),
        _node(field, path),
    )


#: What may stand in a class as ``get_value``: they differ only for input of HTML forms, and in how
#: they find that a list is missing from a partial update.
_GETTERS = {
    cls.get_value
    for cls in (
        fields.Field, fields.ListField, fields.DictField, fields.MultipleChoiceField,
        fields.JSONField, relations.RelatedField, relations.ManyRelatedField,
        originals.Serializer, originals.ListSerializer,
    )
    if belongs_to(cls.get_value, "rest_framework")
}  # fmt: skip


def _get(field: Any) -> str:
    method = type(field).get_value
    if "get_value" in vars(field):
        return "stock"
    if method is fields.HiddenField.get_value:
        return "nothing"
    return "key" if method in _GETTERS else "stock"


def _missing(field: Any) -> tuple[str, Any]:
    """What ``run_validation(empty)`` does, unless the update is partial."""
    stock = ("stock", None)
    names = ("run_validation", "validate_empty_values", "get_default")
    if not all(_is_drf(field, name) for name in names) or field.required:
        return stock
    default = field.default
    if default is fields.empty:
        return ("skip", None)
    if type(default) in _CONSTANT:
        return ("value", default)
    if isinstance(default, (FunctionType, BuiltinFunctionType)):
        return stock if getattr(default, "requires_context", False) else ("made", default)
    return stock


def _is_drf(field: Any, name: str) -> bool:
    method = getattr(type(field), name)
    return name not in vars(field) and (
        belongs_to(method, "rest_framework") or method in RUN_METHODS
    )


def _node(field: Any, path: Path) -> InputNode:
    """The rule of a bound field."""
    node = _rule_node(field, path)
    node.field = type(field).__name__
    # `source="*"` takes no null for an answer.
    node.allow_null = bool(field.allow_null) and field.source != "*" and node.rule != "stock"
    return node


def _rule_node(field: Any, path: Path) -> InputNode:
    if isinstance(field, originals.ListSerializer):
        return _many_node(field, path)
    if isinstance(field, originals.Serializer):
        reason = run_override(field)
        if reason:
            return _stock(path, reason)
        return InputNode("nested", {}, path, plan=describe_input(field, path))
    special = _SPECIAL.get(type(field).to_internal_value)
    if special is not None:
        node: InputNode = special(field, path)
        return node
    rule = rule_of(field)
    if isinstance(rule, Unsupported):
        return _stock(path, rule.reason)
    checks, validators = checks_of(field)
    return InputNode(*rule, path, checks=checks, validators=validators)


def _stock(path: Path, reason: str) -> InputNode:
    return InputNode("stock", {}, path, reason=reason)


#: Methods of a list as a field; ``to_internal_value`` besides.
_LIST_METHODS = ("run_validation", "validate_empty_values", "get_default")


def _many_node(field: Any, path: Path) -> InputNode:
    reason = _first_override(field, originals.ListSerializer, _LIST_METHODS)
    reason = reason or list_override(field) or run_override(field.child)
    if reason:
        return _stock(path, reason)
    options = {
        "allow_empty": bool(field.allow_empty),
        "max_length": field.max_length,
        "min_length": field.min_length,
        "run_validators": bool(field.validators)
        or overridden(field, "run_validators", originals.ListSerializer),
        "validate": _overrides_validate(field),
    }
    plan = describe_input(field.child, (*path, ("attribute", "child")))
    return InputNode("many", options, path, plan=plan)


def _items(rule: str, stock: Any, attribute: str = "child", relies_on: tuple[str, ...] = ()) -> Any:
    """The maker of nodes for containers of fields of one class."""

    def node(field: Any, path: Path) -> InputNode:
        reason = _first_override(field, stock, (*FIELD_METHODS, *relies_on))
        if reason:
            return _stock(path, reason)
        child = _node(getattr(field, attribute), (*path, ("attribute", attribute)))
        if not child.is_native:
            reason = child.reason or "Python code runs for its items"
            return _stock(path, f"child: {reason}")
        checks, validators = checks_of(field)
        options = {"allow_empty": bool(field.allow_empty)}
        return InputNode(rule, options, path, checks=checks, validators=validators, child=child)

    return node


_SPECIAL = {
    fields.ListField.to_internal_value: _items(
        "list", fields.ListField, relies_on=("run_child_validation",)
    ),
    fields.DictField.to_internal_value: _items(
        "map", fields.DictField, relies_on=("run_child_validation",)
    ),
    relations.ManyRelatedField.to_internal_value: _items(
        "list", relations.ManyRelatedField, "child_relation"
    ),
}
