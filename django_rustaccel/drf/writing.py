"""The write path: who validates what a client sent, and the call itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_rustaccel.core import statistics
from django_rustaccel.core.bodies import UnreadRow
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import lookups
from django_rustaccel.drf.describe_input import rows_override
from django_rustaccel.drf.input_plans import CompiledInput, input_plan_of

#: A dict, or an object of a request body that nobody has looked at: its text is validated.
ROWS = (dict, UnreadRow)


@statistics.timed_of_three
def run_validation(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``Serializer.run_validation``: what was sent for one object as its validated data."""
    if type(data) not in ROWS or serializer.read_only or is_disabled():
        return stock(serializer, data)
    plan = input_plan_of(serializer, 1)
    if isinstance(plan, str) or plan.fields_reason:
        return _stock(plan, serializer, stock, data)
    _count(serializer, plan)
    if plan.asks_in_lists:
        with lookups.answering(serializer, [data]):
            return _one(serializer, data, plan)
    return _one(serializer, data, plan)


def _one(serializer: Any, data: dict[Any, Any], plan: CompiledInput) -> Any:
    values, fallen = plan.acceptor.one(
        serializer, data, _is_partial(serializer), _has_own_validators(serializer)
    )
    _note(serializer, plan, fallen)
    return values


@statistics.timed_of_three
def fields_to_internal_value(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``Serializer.to_internal_value``, for serializers that override what is around it."""
    if type(data) not in ROWS or is_disabled():
        return stock(serializer, data)
    plan = input_plan_of(serializer, 1)
    if isinstance(plan, str):
        return stock(serializer, data)
    values, _fallen = plan.acceptor.fields(serializer, data, _is_partial(serializer))
    return values


@statistics.timed
def rows_to_internal_value(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``ListSerializer.to_internal_value``: one bad row costs that row, not the list."""
    if type(data) is not list or is_disabled():
        return stock(serializer, data)
    if not _has_length(serializer, len(data)):
        return stock(serializer, data)
    plan = rows_override(serializer) or input_plan_of(serializer.child, len(data))
    if not _may_ask(plan, data):
        return _rows(serializer, data, stock, plan, None)
    with lookups.answering(serializer.child, data) as has_answers:
        nodes = plan.asking if has_answers and not isinstance(plan, str) else ()
        return _rows(serializer, data, stock, plan, lookups.tables(serializer.child, nodes))


def _may_ask(plan: CompiledInput | str, data: list[Any]) -> bool:
    """Whether the database may be asked more than once."""
    if isinstance(plan, str):
        return bool(data)
    return plan.asks_in_lists or (plan.may_ask and len(data) > 1)


def _rows(
    serializer: Any,
    data: list[Any],
    stock: Callable[..., Any],
    plan: CompiledInput | str,
    tables: dict[int, Any] | None,
) -> Any:
    if isinstance(plan, str) or plan.run_reason:
        return _stock(plan, serializer, stock, data)
    _count(serializer, plan)
    child = serializer.child
    values, fallen = plan.acceptor.many(
        child, data, _is_partial(serializer), _has_own_validators(child), tables
    )
    _note(serializer, plan, fallen)
    return values


def _has_length(serializer: Any, length: int) -> bool:
    """Whether stock has no error about the length of a list."""
    longest, shortest = serializer.max_length, serializer.min_length
    return bool(
        (length or serializer.allow_empty)
        and (longest is None or length <= longest)
        and (shortest is None or length >= shortest)
    )


def _is_partial(serializer: Any) -> bool:
    return bool(getattr(serializer.root, "partial", False))


def _has_own_validators(serializer: Any) -> bool:
    """Whether validators were given to this instance: DRF's own code then finds out which run."""
    return bool(vars(serializer).get("_validators"))


def _stock(plan: CompiledInput | str, serializer: Any, stock: Callable[..., Any], data: Any) -> Any:
    if serializer.parent is None:
        statistics.write["stock"] += 1
        statistics.fell_back(plan if isinstance(plan, str) else plan.run_reason)
    return stock(serializer, data)


def _count(serializer: Any, plan: CompiledInput) -> None:
    """Count a call: what a serializer does within another one is part of that one's call."""
    if serializer.parent is None:
        statistics.write["native"] += 1
        for reason in plan.reasons:
            statistics.fell_back(reason)


def _note(serializer: Any, plan: CompiledInput, fallen: Any) -> None:
    """Note which valid values only a stock field would take."""
    if fallen and serializer.parent is None:
        for reason in plan.left_to_stock(fallen):
            statistics.fell_back(reason)
