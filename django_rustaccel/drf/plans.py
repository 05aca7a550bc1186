"""Plans, compiled once per serializer class where the class alone decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.signals import setting_changed
from django.db.models import Model

from django_rustaccel.core.description import WITH_CHILD, WITH_ENTRIES, Entry, Node
from django_rustaccel.core.engine import Guard, Reader
from django_rustaccel.drf import originals
from django_rustaccel.drf.describe import (
    describe,
    is_within_itself,
    model_of,
    serializer_override,
    shortcut_model,
)

#: Plans kept; beyond it the oldest goes first.
MAX_PLANS = 2048


@dataclass
class Plan:
    """The description of a serializer with everything derived from it."""

    shortcut_model: type[Model] | None
    entries: list[Entry]
    #: Class name of the serializer, for the words of reasons.
    owner: str
    #: Why fields of it run Python code in every call.
    reasons: tuple[str, ...]
    reader: Reader | None = None
    #: What reading needs from each model, by model and prefetched relations.
    derived: dict[Any, Any] = field(default_factory=dict)

    def left_to_stock(self, fallen: Sequence[tuple[int, str]]) -> list[str]:
        """Reasons for what native code did not decide: nodes by number, and the stock method.

        Fields that stand in ``reasons`` always do, and are not named again.
        """
        if not fallen:
            return []
        nodes = list(_numbered(self.owner, self.entries))
        found = [(*nodes[number], method) for number, method in fallen]
        return [
            f"{name}: a value was left to {node.field}.{method}"
            for name, node, method in found
            if not any(reason.startswith(f"{name}: ") for reason in self.reasons)
        ]


P = TypeVar("P")


class Kept(Generic[P]):
    """Plans by serializer class, each as long as nothing has changed that it depends on.

    ``make`` makes the plan of an instance, or says why it has none; ``watched`` are the names by
    which a class that was given something later, by a test's patch for example, can be told.
    """

    def __init__(
        self, make: Callable[[Any], P | str], watched: Callable[[list[Any]], list[str]]
    ) -> None:
        self._make = make
        self._watched = watched
        self._known: dict[type, tuple[P | str, Guard, list[tuple[type, Any]]]] = {}

    def find(self, serializer: Any) -> P | str | None:
        """The plan kept for the class of a serializer, if it still holds."""
        known = self._known.get(type(serializer))
        if known is None:
            return None
        plan, guard, marks = known
        holds = guard.holds() and all(mark == _mark(cls) for cls, mark in marks)
        return plan if holds else None

    def make(self, serializer: Any) -> P | str:
        """A new plan, kept if every plain serializer of the class, as this one, has the same."""
        plan = self._make(serializer)
        tree = [serializer, *_nested(serializer)]
        if all(is_static(type(each)) for each in tree):
            while len(self._known) >= MAX_PLANS:
                self._known.pop(next(iter(self._known)), None)
            self._known[type(serializer)] = (plan, *_conditions(tree, self._watched(tree)))
        return plan

    def clear(self) -> None:
        self._known.clear()


def plan_of(serializer: Any) -> Plan | str:
    """The plan of a serializer instance, or why it has none."""
    if not is_plain(serializer):
        return compile_plan(serializer)
    known = _plans.find(serializer)
    return _plans.make(serializer) if known is None else known


def compile_plan(serializer: Any) -> Plan | str:
    """A plan for exactly this instance, or why it has none."""
    reason = serializer_override(serializer)
    if reason:
        return reason
    entries = describe(serializer)
    owner = type(serializer).__name__
    return Plan(shortcut_model(serializer), entries, owner, tuple(_reasons(owner, entries)))


def _reasons(owner: str, entries: list[Entry]) -> Iterable[str]:
    for entry in entries:
        name = f"{owner}.{entry.name}"
        if entry.stock_reason:
            yield f"{name}: {entry.stock_reason}"
        yield from _reasons(name, entry.node.entries)


def _numbered(name: str, entries: Iterable[Entry]) -> Iterable[tuple[str, Node]]:
    """Every node with its name, in the order in which the native builder numbers them."""
    for entry in entries:
        yield from _with_parts(f"{name}.{entry.name}", entry.node)


def _with_parts(name: str, node: Node) -> Iterable[tuple[str, Node]]:
    yield name, node
    if node.kind in WITH_ENTRIES:
        yield from _numbered(name, node.entries)
    elif node.kind in WITH_CHILD and node.child is not None:
        yield from _with_parts(f"{name}.child", node.child)


#: Methods by which a serializer class or instance may choose its fields.
_FIELD_HOOKS = frozenset(
    name
    for name in dir(originals.HyperlinkedModelSerializer)
    if name.startswith(("get_", "build_", "include_", "_get_"))
    and name not in ("get_initial", "get_value", "get_attribute", "get_default", "get_validators")
) | {"fields", "_readable_fields", "__new__"}

_STOCK_HOOKS = {
    cls: {name: getattr(cls, name, None) for name in _FIELD_HOOKS}
    for cls in (
        originals.Serializer,
        originals.ModelSerializer,
        originals.HyperlinkedModelSerializer,
    )
}

#: What DRF itself leaves in the `__dict__` of a serializer; more may mean other fields.
_PLAIN_STATE = frozenset(
    {
        "_args", "_context", "_creation_counter", "_data", "_errors", "_kwargs",
        "_read_only_defaults", "_validated_data", "_validators", "allow_null", "context",
        "default", "default_empty_html", "error_messages", "field_name", "help_text", "initial",
        "initial_data", "instance", "label", "parent", "partial", "read_only", "required", "root",
        "source", "source_attrs", "style", "validators", "write_only",
    }
)  # fmt: skip


def is_plain(serializer: Any) -> bool:
    """Whether nothing on the instance may change the fields and methods that its class has."""
    state = vars(serializer)
    if state.keys() <= _PLAIN_STATE:
        return True
    cls = type(serializer)
    more = state.keys() - _PLAIN_STATE
    return not any(hasattr(cls, name) or name.startswith("validate_") for name in more)


def is_static(cls: type) -> bool:
    """Whether the class leaves the choice of its fields to DRF."""
    stock: Any = next((base for base in cls.__mro__ if base in _STOCK_HOOKS), None)
    return stock is not None and all(
        getattr(cls, name, None) is method for name, method in _STOCK_HOOKS[stock].items()
    )


def _nested(serializer: Any) -> Iterable[Any]:
    """The serializers within a serializer."""
    for field_ in serializer.fields.values():
        child = getattr(field_, "child", field_)
        if isinstance(child, originals.Serializer) and not is_within_itself(child):
            yield child
            yield from _nested(child)


#: What a class may be given after its plan was made, by a test's patch for example.
_WATCHED = [
    "Meta", "_declared_fields", "_readable_fields", "context", "default_timezone",
    "enforce_timezone", "fields", "get_attribute", "get_extra_kwargs", "get_field_names",
    "get_fields", "get_url", "quantize", "to_representation", "use_pk_only_optimization", "use_url",
]  # fmt: skip


def _conditions(tree: list[Any], watched: list[str]) -> tuple[Guard, list[tuple[type, Any]]]:
    """What a plan over these serializers depends on: classes, and containers that may change."""
    owners = list(dict.fromkeys(type(each) for each in tree))
    classes = dict.fromkeys(owners)
    for field_ in (field_ for each in tree for field_ in each.fields.values()):
        parts = (field_, getattr(field_, "child", None), getattr(field_, "child_relation", None))
        classes.update(dict.fromkeys(type(part) for part in parts if part is not None))
    models = dict.fromkeys(model for model in map(model_of, tree) if model is not None)
    return Guard(list(classes), watched, list(models)), [(cls, _mark(cls)) for cls in owners]


def _mark(cls: Any) -> tuple[Any, ...]:
    """The containers of a class that its fields come from, as they are now."""
    meta = getattr(cls, "Meta", None)
    if meta is None:
        return (dict(cls._declared_fields),)
    lists = [getattr(meta, name, None) for name in ("fields", "exclude", "read_only_fields")]
    extra = getattr(meta, "extra_kwargs", None) or {}
    return (
        dict(cls._declared_fields),
        [tuple(content) if type(content) is list else content for content in lists],
        {name: dict(options) for name, options in extra.items()} if extra else None,
    )


_plans: Kept[Plan] = Kept(compile_plan, lambda tree: _WATCHED)


def forget(**kwargs: Any) -> None:
    """Drop every plan: a setting that plans depend on may have changed."""
    _plans.clear()


setting_changed.connect(forget)
