"""Input plans, compiled once per serializer class where the class alone decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.signals import setting_changed

from django_rustaccel.core.engine import Acceptor
from django_rustaccel.drf.describe_input import (
    InputNode,
    InputPlan,
    describe_input,
    fields_override,
    run_override,
    walk_override,
)
from django_rustaccel.drf.framework import WRITING
from django_rustaccel.drf.plans import Kept, is_plain, is_static


@dataclass
class CompiledInput:
    """The description of what a serializer takes, with its compiled form."""

    described: InputPlan
    acceptor: Acceptor
    #: Why the serializer's own methods have to run for every object: from within `run_validation`,
    #: and from without.
    fields_reason: str
    run_reason: str
    #: Class name of the serializer, for the words of reasons.
    owner: str
    #: Why Python code of users runs in every call.
    reasons: tuple[str, ...]

    @cached_property
    def _nodes(self) -> list[InputNode | None]:
        return [node for _, node in _numbered(self.owner, self.described)]

    @cached_property
    def asking(self) -> list[tuple[int, InputNode]]:
        """The nodes that ask the database, by number."""
        return [
            (number, node)
            for number, node in enumerate(self._nodes)
            if node is not None and (node.rule == "related" or node.validators == "unique")
        ]

    @cached_property
    def may_ask(self) -> bool:
        """Whether the database may be asked for a row, by code of fields and validators even."""
        nodes = [node for node in self._nodes if node is not None]
        plans = [self.described, *(node.plan for node in nodes if node.plan is not None)]
        return (
            bool(self.asking)
            or any(plan.run_validators for plan in plans)
            or any("stock" in (node.rule, node.validators) for node in nodes)
        )

    @cached_property
    def asks_in_lists(self) -> bool:
        """Whether one object may have lists for whose items the database is asked."""
        lists = [node.path for node in self._nodes if node and node.rule in ("list", "many")]
        return any(node.path[: len(path)] == path for _, node in self.asking for path in lists)

    def left_to_stock(self, fallen: Sequence[tuple[int, str]]) -> list[str]:
        """Reasons for valid values that only a stock method would take."""
        if not fallen:
            return []
        nodes = dict(enumerate(_numbered(self.owner, self.described)))
        found = [(nodes[number], method) for number, method in fallen]
        return [
            f"{name}: a value was left to {node.field}.{method}"
            for (name, node), method in found
            if node is not None
        ]


def _numbered(name: str, plan: InputPlan) -> Iterable[tuple[str, InputNode | None]]:
    """Everything with a number, in the order in which the native builder numbers it."""
    yield name, None
    for entry in plan.entries:
        yield from _with_parts(f"{name}.{entry.name}", entry.node)


def _with_parts(name: str, node: InputNode) -> Iterable[tuple[str, InputNode | None]]:
    yield name, node
    if node.plan is not None:
        yield from _numbered(name, node.plan)
    if node.child is not None:
        yield from _with_parts(f"{name}.child", node.child)


def _compile(serializer: Any) -> CompiledInput | str:
    reason = walk_override(serializer)
    if reason:
        return reason
    described = describe_input(serializer)
    owner = type(serializer).__name__
    run_reason = run_override(serializer)
    return CompiledInput(
        described,
        Acceptor(described.as_tuple(), WRITING),
        fields_override(serializer),
        run_reason,
        owner,
        (*filter(None, [run_reason]), *_reasons(owner, described)),
    )


def _reasons(owner: str, plan: InputPlan) -> Iterable[str]:
    for entry in plan.entries:
        name = f"{owner}.{entry.name}"
        if entry.node.reason:
            yield f"{name}: {entry.node.reason}"
        if entry.node.plan is not None:
            yield from _reasons(name, entry.node.plan)


#: What decides about input in the classes of serializers and fields.
_WATCHED = [
    "Meta", "_declared_fields", "_read_only_defaults", "_writable_fields", "datetime_parser",
    "default_timezone", "default_validators", "enforce_timezone", "fields", "get_default",
    "get_extra_kwargs", "get_field_names", "get_fields", "get_validators", "get_value", "quantize",
    "run_child_validation", "run_validation", "run_validators", "set_value", "to_internal_value",
    "validate", "validate_empty_values", "validate_precision", "validators",
]  # fmt: skip


def _watched(tree: list[Any]) -> list[str]:
    methods = {f"validate_{name}" for serializer in tree for name in serializer.fields}
    return [*_WATCHED, *sorted(methods)]


_plans: Kept[CompiledInput] = Kept(_compile, _watched)

#: Lists from this length on repay a plan that serves one call only.
LONG = 16


def input_plan_of(serializer: Any, length: int) -> CompiledInput | str:
    """The plan of a serializer instance for so many rows, or why it has none."""
    plain = is_plain(serializer)
    known = _plans.find(serializer) if plain else None
    if known is not None:
        return known
    if plain and is_static(type(serializer)):
        return _plans.make(serializer)
    if length < LONG:
        return f"{type(serializer).__name__} chooses its fields in every call: no plan repays that"
    return _compile(serializer)


def forget(**kwargs: Any) -> None:
    """Drop every plan: a setting that plans depend on may have changed."""
    _plans.clear()


setting_changed.connect(forget)
