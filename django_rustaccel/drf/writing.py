"""The write path: who validates what a client sent, and the call itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any

from django_rustaccel.core import statistics
from django_rustaccel.core.bodies import UnreadRow, UnreadRows, length
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import lookups
from django_rustaccel.drf.describe_input import rows_override
from django_rustaccel.drf.input_plans import CompiledInput, input_plan_of

#: What is validated natively: of what nobody has looked at, the text of the request body.
ROW = (dict, UnreadRow)
ROWS = (list, UnreadRows)


@statistics.timed_of_three
def run_validation(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``Serializer.run_validation``: what was sent for one object as its validated data."""
    if serializer.read_only or is_disabled():
        return stock(serializer, data)
    if type(data) not in ROW:
        return _stock(_unknown(serializer, data), serializer, stock, data)
    plan = input_plan_of(serializer, 1)
    if isinstance(plan, str) or plan.fields_reason:
        return _stock(plan, serializer, stock, data)
    _count(serializer, plan)
    if plan.asks_in_lists:
        with lookups.answering(serializer, [data]):
            return _one(serializer, data, plan)
    return _one(serializer, data, plan)


def _one(serializer: Any, data: dict[Any, Any], plan: CompiledInput) -> Any:
    fallen: list[Any] = []
    try:
        return plan.acceptor.one(
            serializer, data, _is_partial(serializer), _has_own_validators(serializer), fallen
        )
    finally:
        _note(serializer, plan, fallen)


@statistics.timed_of_three
def fields_to_internal_value(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``Serializer.to_internal_value``, for serializers that override what is around it."""
    if type(data) not in ROW or is_disabled():
        return stock(serializer, data)
    plan = input_plan_of(serializer, 1)
    if isinstance(plan, str):
        return stock(serializer, data)
    _mark()
    fallen: list[Any] = []
    try:
        return plan.acceptor.fields(serializer, data, _is_partial(serializer), fallen)
    finally:
        _note(serializer, plan, fallen)


@statistics.timed
def rows_to_internal_value(serializer: Any, data: Any, stock: Callable[..., Any]) -> Any:
    """``ListSerializer.to_internal_value``: one bad row costs that row, not the list."""
    if is_disabled():
        return stock(serializer, data)
    if type(data) not in ROWS:
        return _stock(_unknown(serializer, data), serializer, stock, data)
    if not _has_length(serializer, length(data)):
        return stock(serializer, data)
    plan = rows_override(serializer) or input_plan_of(serializer.child, length(data))
    if not _may_ask(plan, data):
        return _rows(serializer, data, stock, plan, None)
    with lookups.answering(serializer.child, data) as has_answers:
        nodes = plan.asking if has_answers and not isinstance(plan, str) else ()
        return _rows(serializer, data, stock, plan, lookups.tables(serializer.child, nodes))


def _may_ask(plan: CompiledInput | str, data: list[Any]) -> bool:
    """Whether the database may be asked more than once."""
    if isinstance(plan, str):
        return length(data) > 0
    return plan.asks_in_lists or (plan.may_ask and length(data) > 1)


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
    child, fallen = serializer.child, list[Any]()
    partial, own_validators = _is_partial(serializer), _has_own_validators(child)
    try:
        return plan.acceptor.many(child, data, partial, own_validators, tables, fallen)
    finally:
        _note(serializer, plan, fallen)


def _has_length(serializer: Any, length: int) -> bool:
    """Whether stock has no error about the length of a list."""
    longest, shortest = serializer.max_length, serializer.min_length
    return bool(
        (length or serializer.allow_empty)
        and (longest is None or length <= longest)
        and (shortest is None or length >= shortest)
    )


def _unknown(serializer: Any, data: Any) -> str:
    """Why data of another type than JSON gives is for stock: forms, above all."""
    return f"{type(serializer).__name__}: data is a `{type(data).__name__}`"


def _is_partial(serializer: Any) -> bool:
    return bool(getattr(serializer.root, "partial", False))


def _has_own_validators(serializer: Any) -> bool:
    """Whether validators were given to this instance: DRF's own code then finds out which run."""
    return bool(vars(serializer).get("_validators"))


class _Walk:
    """What became native of a call whose outermost method was stock."""

    def __init__(self) -> None:
        self.is_native = False
        self.reasons: dict[str, None] = {}


_walk: ContextVar[_Walk | None] = ContextVar("django_rustaccel_walk", default=None)


def _stock(plan: CompiledInput | str, serializer: Any, stock: Callable[..., Any], data: Any) -> Any:
    """Run stock code, whose inner parts may still be native: then the whole call counts as such."""
    if serializer.parent is not None:
        return stock(serializer, data)
    walk = _Walk()
    walk.reasons = dict.fromkeys([plan] if isinstance(plan, str) else plan.reasons)
    token = _walk.set(walk)
    try:
        return stock(serializer, data)
    finally:
        _walk.reset(token)
        _count_as("native" if walk.is_native else "stock", walk.reasons)


def _count(serializer: Any, plan: CompiledInput) -> None:
    """Count a call: what a serializer does within another one is part of that one's call."""
    if serializer.parent is None:
        _count_as("native", plan.reasons)
    else:
        _mark()


def _count_as(tier: str, reasons: Iterable[str]) -> None:
    statistics.write[tier] += 1
    for reason in reasons:
        statistics.fell_back(reason)


def _mark() -> None:
    walk = _walk.get()
    if walk is not None:
        walk.is_native = True


def _note(serializer: Any, plan: CompiledInput, fallen: list[Any]) -> None:
    """Note which valid values only a stock field would take, also of data with errors."""
    if not fallen:
        return
    walk, reasons = _walk.get(), plan.left_to_stock(fallen)
    if walk is not None:
        walk.reasons |= dict.fromkeys(reasons)
    elif serializer.parent is None:
        for reason in reasons:
            statistics.fell_back(reason)
