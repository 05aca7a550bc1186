"""Instances like one that was read, for whoever would have read the row again."""

from __future__ import annotations

import copy
import datetime
import decimal
import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from django_rustaccel.querysets.obstacles import UnreadableError, check_model

_IMMUTABLE = frozenset(
    {
        bool, bytes, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
        decimal.Decimal, float, int, str, type(None), uuid.UUID,
    }
)  # fmt: skip


def duplication_obstacle(queryset: QuerySet[Any]) -> str:
    """Why instances of a queryset, or what they have selected, may be more than their columns."""
    related = queryset.query.select_related
    if related is True:
        return "select_related() names no relations"  # Whatever Django may follow.
    try:
        for model in _models(queryset.model, related or {}):
            check_model(model)
    except UnreadableError as error:
        return str(error)
    return ""


def _models(model: Any, related: dict[str, Any]) -> Iterator[Any]:
    yield model
    for name, further in related.items():
        yield from _models(model._meta.get_field(name).related_model, further)


def duplicate(instance: Model) -> Model:
    """An instance as the same row gives it again, with nothing in common that can be changed.

    Nothing of the class is called, so that :func:`duplication_obstacle` has to be asked first.
    Related objects that came with it are duplicated too.
    """
    return _duplicate(instance, {})


def _duplicate(instance: Model, made: dict[int, Model]) -> Model:
    twin = object.__new__(type(instance))
    made[id(instance)] = twin
    state, original = vars(twin), vars(instance)
    state.update(original)
    for name, value in original.items():
        if type(value) not in _IMMUTABLE:
            state[name] = _mutable(value, made)
    return twin


def _mutable(value: Any, made: dict[int, Model]) -> Any:
    if type(value) is ModelState:
        return _state(value, made)
    # Of most JSON columns the default.
    is_empty = type(value) in (dict, list) and not value
    return type(value)() if is_empty else copy.deepcopy(value)


def _state(original: ModelState, made: dict[int, Model]) -> ModelState:
    twin = ModelState()
    state = vars(twin)
    state.update(vars(original))
    if cached := state.pop("fields_cache", None):
        state["fields_cache"] = {
            name: related and (made.get(id(related)) or _duplicate(related, made))
            for name, related in cached.items()
        }
    return twin
