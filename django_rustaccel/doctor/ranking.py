"""Changes in the order of what they gain, by the best that is known of a project's use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django_rustaccel.doctor.advice import is_avoidable
from django_rustaccel.doctor.causes import cause, change_of, parts
from django_rustaccel.doctor.changes import Change, Gain

if TYPE_CHECKING:  # it needs Django REST framework
    from django_rustaccel.doctor.sample import Sampled


@dataclass
class Cost:
    """What one cause has cost: milliseconds of a sample, or calls of a process."""

    reason: str
    amount: float = 0.0
    requests: set[str] = field(default_factory=set)


#: By what :func:`~.causes.cause` says of the reason.
Costs = dict[str, Cost]


def by_sample(known: Iterable[Change], sampled: Iterable[Sampled]) -> list[Change]:
    """By the time of the calls that a cause slowed down; what no request met comes last.

    A call that has several causes is shared among them. Its whole time is what a change can save at
    most.
    """
    sampled = list(sampled)
    total = sum(1000 * each.accelerated * each.times for each in sampled)
    return _ranked(known, _costs(sampled), lambda cost: _lost(cost, total))


def by_calls(known: Iterable[Change], fallbacks: Mapping[str, int], whose: str) -> list[Change]:
    """By the number of calls that a process has counted for each reason; `whose` names it."""
    costs: Costs = {}
    for counted, times in fallbacks.items():
        for reason in _distinct([counted]):
            _cost(costs, reason).amount += times

    def gain(cost: Cost) -> Gain:
        calls = int(cost.amount)
        return Gain(f"slowed {calls:,} calls of {whose}", measured=True, calls=calls)

    return _ranked(known, costs, gain)


def _ranked(known: Iterable[Change], costs: Costs, gain: Callable[[Cost], Gain]) -> list[Change]:
    """Those with a cost first, made where the explanations do not have them."""
    changes = {cause(change.why): change for change in known}
    for change in changes.values():
        change.weight = -1 / (1 + change.weight)  # below all that was measured, in their order
    for key, cost in costs.items():
        change = changes.setdefault(key, change_of(cost.reason))
        change.gain, change.weight = gain(cost), cost.amount
    return sorted(changes.values(), key=lambda change: (-change.weight, change.why))


def _costs(sampled: list[Sampled]) -> Costs:
    costs: Costs = {}
    for request in (each for each in sampled if each.accelerated):
        for call in request.calls:
            reasons = _distinct(call["reasons"])
            for reason in reasons:
                cost = _cost(costs, reason)
                cost.amount += request.times * call["milliseconds"] / len(reasons)
                cost.requests.add(f"{request.method} {request.path}")
    return costs


def _cost(costs: Costs, reason: str) -> Cost:
    return costs.setdefault(cause(reason), Cost(reason))


def _distinct(counted: Iterable[str]) -> list[str]:
    """The reasons in what was counted, those with one cause once."""
    reasons = (reason for text in counted for reason in parts(text) if is_avoidable(reason))
    return list({cause(reason): reason for reason in reasons}.values())


def _lost(cost: Cost, total: float) -> Gain:
    count = len(cost.requests)
    where = next(iter(cost.requests)) if count == 1 else f"{count} requests"
    text = f"at most {cost.amount:.2f} of the {total:.2f} ms that the sample takes, in {where}"
    return Gain(text, measured=True, milliseconds=cost.amount)
