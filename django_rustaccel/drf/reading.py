"""The read path: which tier serves a serializer call, and the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.db.models.manager import BaseManager

from django_rustaccel.conf import settings
from django_rustaccel.core import statistics
from django_rustaccel.core.engine import Reader, Rows
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals
from django_rustaccel.drf.describe import list_override, serializer_override
from django_rustaccel.drf.framework import READING
from django_rustaccel.drf.items import RowItem, RowPage, instances_of, page_of
from django_rustaccel.drf.lazy import LazyList, LazyPage, LazyResults, LazyReturnList
from django_rustaccel.drf.plans import Plan, plan_of
from django_rustaccel.querysets import rows


def reader_of(plan: Plan) -> Reader:
    """The compiled form of a plan, made when it is first needed."""
    if plan.reader is None:
        entries = [entry.as_tuple() for entry in plan.entries]
        plan.reader = Reader((plan.shortcut_model, entries), READING)
    return plan.reader


@statistics.timed_of_three
def represent_one(serializer: Any, instance: Any, stock: Callable[..., Any]) -> Any:
    """``Serializer.to_representation``: one object as a dict."""
    if is_disabled():
        return stock(serializer, instance)
    plan = plan_of(serializer)
    if isinstance(plan, str):
        return _stock(plan, stock, serializer, instance)
    value, fallen = reader_of(plan).one(serializer, instance)
    _count("instances", serializer, plan, fallen)
    return value


@statistics.timed
def represent_many(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``ListSerializer.to_representation``: a list of dicts."""
    if is_disabled():
        return stock(serializer, data)
    reason = child_override(serializer)
    plan = reason or plan_of(serializer.child)
    if isinstance(plan, str):
        return _stock(plan, stock, serializer, data)
    held = _read_rows(serializer, plan, data)
    if not isinstance(held, str):
        return list(held) if type(held) is LazyList else held
    value, fallen = reader_of(plan).many(serializer.child, _objects(data))
    _count("instances", serializer, plan, fallen, held)
    return value


def _record(serializer: Any, plan: Plan, reason: str) -> LazyList:
    """What a list says of its instances now, made into dicts when somebody looks."""
    recording, fallen = reader_of(plan).record(serializer.child, _objects(serializer.instance))
    _count("instances", serializer, plan, fallen, reason)
    return LazyList(recording, serializer.child, plan)


def _objects(data: Any) -> Any:
    return data.all() if isinstance(data, BaseManager) else instances_of(data)


@statistics.timed
def list_data(serializer: Any, stock: Callable[..., Any]) -> Any:
    """``ListSerializer.data``: everything is read now, and made when somebody looks at it."""
    if not hasattr(serializer, "_data") and _reads_instance(serializer) and not is_disabled():
        plan = child_override(serializer) or plan_of(serializer.child)
        if not isinstance(plan, str):
            read = _read_rows(serializer, plan, serializer.instance)
            if not isinstance(read, str):
                serializer._data = read
            elif settings.lazy_data:
                serializer._data = _record(serializer, plan, read)
    held = getattr(serializer, "_data", None)
    if type(held) is LazyList:
        return LazyReturnList(held, serializer=serializer)
    return stock(serializer)


def child_override(serializer: Any) -> str:
    """Why the objects of a list need the child's own code; empty when they do not."""
    child = serializer.child
    if not isinstance(child, originals.Serializer):
        return f"`{type(child).__name__}` is no Serializer"
    return list_override(serializer) or serializer_override(child)


def _reads_instance(serializer: Any) -> bool:
    """Whether stock ``.data`` would come from ``.instance``, by the list's stock method."""
    return (
        serializer.instance is not None
        and not hasattr(serializer, "initial_data")
        and not getattr(serializer, "_errors", None)
        and not list_override(serializer)
    )


def _read_rows(serializer: Any, plan: Plan, data: Any) -> list[Any] | str:
    """The rows of a queryset that has not been read: held until somebody looks, where they can.

    Or why rows cannot serve it: empty where nobody would expect them to.
    """
    page = page_of(data, plan)
    if page is not None:
        held = reader_of(plan).rows(page.selected(data))
        return _hold(serializer, plan, held, can_wait=page.read.can_wait)
    queryset = unread_queryset(data)
    if queryset is None:
        return ""
    ahead = reader_of(plan).ahead if settings.lazy_data else None
    answer = rows.read(plan, queryset, ahead)
    if isinstance(answer, str):
        return _no_rows(serializer.child, answer)
    remember: Any = queryset
    remember._result_cache, remember._prefetch_done = LazyResults(queryset, answer), True
    held = reader_of(plan).rows(answer.table, answer.ahead)
    return _hold(serializer, plan, held, can_wait=answer.can_wait)


def unread_queryset(data: Any) -> QuerySet[Any] | None:
    """The queryset behind what a serializer is given, if nobody has read it yet."""
    if isinstance(data, BaseManager):
        data = data.all()
    elif type(data) is LazyPage:
        data = data.queryset
    return data if isinstance(data, QuerySet) and data._result_cache is None else None


def _hold(serializer: Any, plan: Plan, held: Rows, *, can_wait: bool) -> list[Any]:
    if can_wait and settings.lazy_data and held.settle(serializer.child):
        _count("rows", serializer, plan, ())
        return LazyList(held, serializer.child, plan)
    content, fallen = held.to_list(serializer.child)
    _count("rows", serializer, plan, fallen)
    return content


def _no_rows(serializer: Any, reason: str) -> str:
    return f"{type(serializer).__name__} is read from instances: {reason}"


@statistics.timed
def read_page(serializer: Any, window: QuerySet[Any], ordering: str) -> list[Any] | None:
    """Items for the rows of a window, each with its value of ``ordering``; ``None`` if not rows."""
    plan = plan_of(serializer)
    columns = {"pk", *(field.attname for field in window.model._meta.concrete_fields)}
    if isinstance(plan, str) or ordering not in columns:
        return None
    answer = rows.read(plan, window)
    if isinstance(answer, str):
        statistics.fell_back(_no_rows(serializer, answer))
        return None
    page = RowPage(plan, answer, window)
    values = enumerate(answer.values(ordering) or ())
    return [RowItem(page, index, {ordering: value}) for index, value in values]


@statistics.timed
def read_rows(serializer: Any, queryset: QuerySet[Any]) -> list[Any] | None:
    """The objects of a queryset as a serializer represents each; ``None`` if rows cannot serve."""
    plan = plan_of(serializer)
    if isinstance(plan, str):
        return None
    answer = rows.read(plan, queryset)
    if isinstance(answer, str):
        statistics.fell_back(_no_rows(serializer, answer))
        return None
    content, fallen = reader_of(plan).rows(answer.table).to_list(serializer)
    _count("rows", serializer, plan, fallen)
    return content


def _stock(reason: str, stock: Callable[..., Any], serializer: Any, data: Any) -> Any:
    if serializer.parent is None:
        statistics.read["stock"] += 1
        statistics.fell_back(reason)
    return stock(serializer, instances_of(data))


def _count(tier: str, serializer: Any, plan: Plan, fallen: Any, reason: str = "") -> None:
    """Count a call: what a serializer does within another one is part of that one's call."""
    if serializer.parent is not None:
        return
    statistics.read[tier] += 1
    first = (reason,) if reason else ()
    for each in (*first, *plan.reasons, *plan.left_to_stock(fallen)):
        statistics.fell_back(each)
