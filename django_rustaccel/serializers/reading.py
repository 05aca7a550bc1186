"""``Deserializer``: plain objects are built by a plan of their model, all others by Django.

A plan knows for each field which ``to_python`` says its value, so that nothing is looked up object
by object. Whatever is not plain (a natural key, an unknown name, a value that is refused) makes
Django's own method look at the whole object: it finds the value again, or raises its own error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.core.serializers import base, python
from django.db.models import (
    BooleanField,
    CharField,
    FloatField,
    IntegerField,
    ManyToManyRel,
    ManyToOneRel,
    Model,
    TextField,
)

from django_rustaccel.core import statistics
from django_rustaccel.core.jsontext import loads
from django_rustaccel.core.origin import describe_class_override
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.serializers.saving import Run, is_plain, runs_in_loaddata

#: An instance, its related keys by name, and what waits for objects that come later.
Parts = tuple[Any, dict[str, Any], dict[Any, Any]]

#: What decides about an object, and must be Django's own.
_HOOKS = (
    "__next__", "_get_model_from_node", "_handle_fk_field_node", "_handle_m2m_field_node",
    "_handle_object",
)  # fmt: skip

_UNSURE = object()
_END = object()

#: Types of values that a method returns as they are.
_AS_IT_IS: dict[Any, type] = {
    BooleanField.to_python: bool,
    CharField.to_python: str,
    FloatField.to_python: float,
    IntegerField.to_python: int,
    TextField.to_python: str,
}


class _NotPlainError(Exception):
    """Only Django's own method can read a value."""


def parse(text: str | bytes) -> Any:
    """``json.loads(text)``."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    value = loads(data, _UNSURE)
    return json.loads(text) if value is _UNSURE else value


_stock: Any = python.Deserializer


class PlainDeserializer(_stock):  # type: ignore[misc]
    """The part that the deserializers of JSON and JSON Lines have in common."""

    #: Django's class, whose hooks must not be overridden below this one.
    stock_class: type[Any]

    def __iter__(self) -> Iterator[Any]:
        reason = "" if is_disabled() else self._override()
        if is_disabled() or reason:
            statistics.write["stock"] += 1
            if reason:
                statistics.fell_back(reason)
            stock: Iterator[Any] = super().__iter__()
            return stock
        statistics.write["native"] += 1
        return self._objects()

    def _override(self) -> str:
        for name in _HOOKS:
            if getattr(type(self), name, None) is not getattr(self.stock_class, name, None):
                return describe_class_override(type(self), name)
        return ""

    def _objects(self) -> Iterator[Any]:
        builder = _Builder(self)
        if runs_in_loaddata():
            yield from self._in_runs(builder)
            return
        for obj in self.stream:
            made = builder.build(obj)
            if made is None:
                yield from self._handle_object(obj)
            else:
                yield base.DeserializedObject(*made)

    def _in_runs(self, builder: _Builder) -> Iterator[Any]:
        """The objects, those of one model read ahead as long as the fixture alone says them."""
        run, stream = Run(), iter(self.stream)
        while True:
            try:
                obj = next(stream, _END)
            except Exception:
                yield from run.made  # Stock has saved them by now, or would have failed at one.
                raise
            model = builder.plain_model(obj)
            made = builder.build(obj) if model else None
            if made is None or not run.goes_on_with(model):
                yield from run.made
                run = Run()
            if made is not None:
                run.add(model, made)
            elif obj is _END:
                return
            else:
                yield from self._handle_object(obj)


class _Builder:
    """Builds the plain objects of one call."""

    def __init__(self, deserializer: Any) -> None:
        self.using = deserializer.using
        self.ignores = deserializer.ignorenonexistent
        self.plans: dict[Any, _ModelPlan | None] = {}

    def build(self, obj: Any) -> Parts | None:
        """What a deserialized object is made of; ``None`` for those that Django has to look at."""
        plan = self._plan_of(obj)
        try:
            return None if plan is None else plan.build(obj, ignores=self.ignores)
        except Exception:
            return None

    def plain_model(self, obj: Any) -> Any:
        """The model of an object that may be built before those before it are saved, or none."""
        plan = self._plan_of(obj)
        return plan.model if plan is not None and plan.is_plain else None

    def _plan_of(self, obj: Any) -> _ModelPlan | None:
        if type(obj) is not dict or type(obj.get("fields")) is not dict:
            return None
        label = obj.get("model")
        if type(label) is not str:
            return None
        if label not in self.plans:
            self.plans[label] = _made_plan(label)
        return self.plans[label]


def _made_plan(label: str) -> _ModelPlan | None:
    try:
        return _ModelPlan(apps.get_model(label))
    except (LookupError, ValueError):
        return None


class _ModelPlan:
    """How the objects of one model are built."""

    def __init__(self, model: type[Model]) -> None:
        meta: Any = model._meta
        self.model: Any = model
        self.pk = _Value(meta.pk.attname, meta.pk)
        self.names = {field.name for field in meta.get_fields()}
        self.values: dict[str, _Value] = {}
        self.many: dict[str, Callable[[Any], Any]] = {}
        for field in (*meta.concrete_fields, *meta.many_to_many):
            if isinstance(field.remote_field, ManyToManyRel):
                self.many[field.name] = _many(field)
            elif isinstance(field.remote_field, ManyToOneRel):
                self.values[field.name] = _Value(field.attname, field, _key(field))
            else:
                self.values[field.name] = _Value(field.name, field)
        #: In the order of ``__init__``, which is faster with values that need no names.
        self.in_order = _names_in_order(model)
        #: Whether building an instance runs no code but Django's, and neither does saving it.
        self.is_plain = is_plain(model)

    def build(self, obj: Any, *, ignores: bool) -> Parts:
        """What :class:`~django.core.serializers.base.DeserializedObject` is made of."""
        value = obj.get("pk")
        if value is None:
            raise _NotPlainError
        pk = self.pk
        data = {pk.name: value if type(value) is pk.kind else pk.read(value)}
        many: dict[str, Any] = {}
        values = self.values
        for name, value in obj["fields"].items():
            field = values.get(name)
            if field is not None:
                data[field.name] = value if type(value) is field.kind else field.read(value)
            elif name in self.many:
                many[name] = self.many[name](value)
            elif not ignores or name in self.names:
                raise _NotPlainError
        return self._instance(data), many, {}

    def _instance(self, data: dict[str, Any]) -> Any:
        names = self.in_order
        if names is not None and len(names) == len(data):
            return self.model(*[data[name] for name in names])
        return self.model(**data)


class _Value:
    """A column: its name for ``__init__``, the type that needs no reading, and how it is read."""

    __slots__ = ("kind", "name", "read")

    def __init__(self, name: str, field: Any, read: Callable[[Any], Any] | None = None) -> None:
        target = _target(field)
        self.name = name
        self.read = read or field.to_python
        self.kind = _AS_IT_IS.get(type(target).to_python)


def _target(field: Any) -> Any:
    """The column of which a foreign key has a value."""
    related: Any = field.remote_field
    if isinstance(related, ManyToOneRel):
        name: Any = related.field_name
        return related.model._meta.get_field(name)
    return field


def _key(field: Any) -> Callable[[Any], Any]:
    """``deserialize_fk_value`` for everything but natural keys."""
    to_python = _target(field).to_python
    has_natural = hasattr(field.remote_field.model._default_manager, "get_by_natural_key")

    def read(value: Any) -> Any:
        if value is None:
            return None
        if has_natural and hasattr(value, "__iter__") and not isinstance(value, str):
            raise _NotPlainError
        return to_python(value)

    return read


def _many(field: Any) -> Callable[[Any], Any]:
    """``deserialize_m2m_values`` for everything but natural keys."""
    model = field.remote_field.model
    to_python = model._meta.pk.to_python
    has_natural = hasattr(model._default_manager, "get_by_natural_key")

    def read(values: Any) -> Any:
        if type(values) is not list:
            raise _NotPlainError
        if has_natural and any(isinstance(value, (list, dict)) for value in values):
            raise _NotPlainError
        return [to_python(value) for value in values]

    return read


def _names_in_order(model: Any) -> list[str] | None:
    """The names of all values that ``Model.__init__`` takes without names; ``None`` if it may not.

    Fields by their own names, foreign keys by their columns.
    """
    if model.__init__ is not Model.__init__:
        return None
    fields = model._meta.concrete_fields
    if any(field.generated for field in fields):
        return None
    return [
        field.attname if isinstance(field.remote_field, ManyToOneRel) else field.name
        for field in fields
    ]
