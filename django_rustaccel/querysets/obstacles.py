"""What keeps rows from standing for the instances of a model, in words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import JSONField, Model
from django.db.models.signals import post_init, pre_init

from django_rustaccel.core.origin import describe_class_override, location


class Obstacle(NamedTuple):
    """Why rows cannot stand for instances, and at which field, by names from the top."""

    path: tuple[str, ...]
    reason: str

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.reason}" if self.path else self.reason


class UnreadableError(Exception):
    """Rows cannot stand for instances; the text is the first of the obstacles."""

    def __init__(self, *obstacles: Obstacle | str) -> None:
        self.obstacles = [
            Obstacle((), found) if isinstance(found, str) else found for found in obstacles
        ]
        super().__init__(str(self.obstacles[0]))

    def at(self, name: str) -> Iterator[Obstacle]:
        """The obstacles as they are seen from the serializer that has a field ``name``."""
        for path, reason in self.obstacles:
            yield Obstacle((name, *path), reason)


def check_model(model: type[Model]) -> None:
    """Raise ``UnreadableError`` if instances of a model may differ from their columns."""
    for method in ("__init__", "from_db", "refresh_from_db", "__getattribute__", "__getattr__"):
        own, stock = getattr(model, method, None), getattr(Model, method, None)
        if getattr(own, "__func__", own) is not getattr(stock, "__func__", stock):
            raise UnreadableError(describe_class_override(model, method))
    for signal, label in ((pre_init, "pre_init"), (post_init, "post_init")):
        if signal.receivers and signal.has_listeners(model):
            names = ", ".join(_receivers(signal, model))
            raise UnreadableError(f"`{model.__name__}` has {label} receivers: {names}")


def _receivers(signal: Any, model: type[Model]) -> Iterator[str]:
    for receivers in signal._live_receivers(model):
        for receiver in receivers:
            yield f"`{getattr(receiver, '__qualname__', receiver)}`{location(receiver)}"


def check_from_db_value(field: Any) -> None:
    """Raise ``UnreadableError`` for a field whose values are made by user code."""
    method = getattr(type(field), "from_db_value", None)
    if method is not None and method is not JSONField.from_db_value:
        raise UnreadableError(describe_class_override(type(field), "from_db_value"))


def no_column(model: type[Model], name: str) -> str:
    """Why an attribute is not in the rows of a model."""
    attribute = static_attribute(model, name)
    if attribute is None:
        return f"`{model.__name__}.{name}` is no column"
    is_property = isinstance(attribute, (property, cached_property))
    what = "a property" if is_property else "a method" if callable(attribute) else "no column"
    return f"`{model.__name__}.{name}` is {what}{location(attribute)}"


def static_attribute(model: type[Model], name: str) -> Any:
    """What stands in a class, or in one it inherits from, without running a descriptor."""
    return next((vars(cls)[name] for cls in model.__mro__ if name in vars(cls)), None)
