"""What serializers, parsers and renderers did during a request, for people who develop it."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from time import perf_counter
from typing import Any, TypeVar

from django.db.models import QuerySet

from django_rustaccel.core.origin import class_location
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.middleware.meters import RequestMeter

T = TypeVar("T")


@dataclass
class Call:
    """One call, or all calls of a request that were served alike."""

    #: The class that was called, with ``many=True`` where it was for a list.
    subject: str = ""
    #: Where that class is written, as ``path:line``.
    location: str = ""
    #: A key of ``stats()``: ``"read"``, ``"write"``, ``"render"`` or ``"parse"``.
    kind: str = "read"
    #: The tier that served, or ``"disabled"``; empty where rows were fetched for a later call.
    tier: str = ""
    #: Why some or all of it left the native path.
    reasons: list[str] = field(default_factory=list)
    times: int = 1
    rows: int = 0
    #: Its own time and that of its queries, without that of calls within it.
    milliseconds: float = 0.0
    queries: int = 0
    #: Queries that stock would have sent in addition, at least.
    saved: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether it only handed on what an earlier call had made."""
        return not (self.tier or self.reasons or self.queries)

    @property
    def likeness(self) -> tuple[Any, ...]:
        """What calls have in common that are shown as one."""
        return (self.subject, self.location, self.kind, self.tier, *self.reasons)

    def add(self, other: Call) -> None:
        """Take another call that was served alike into this one."""
        self.times += other.times
        self.rows += other.rows
        self.milliseconds += other.milliseconds
        self.queries += other.queries
        self.saved += other.saved


#: What the modules do whose functions are watched, by their names.
_KINDS = {"parsers": "parse", "renderers": "render", "writing": "write"}

#: The innermost call that runs: a context has threads and tasks of its own.
_running: ContextVar[Call | None] = ContextVar("rustaccel_running_call", default=None)


class CallMeter(RequestMeter):
    """A meter that also keeps the calls themselves, those that were served alike as one.

    Calls within another call, such as those of a ``SerializerMethodField``, are calls of their own.
    """

    __slots__ = ("_calls", "_others")

    def __init__(self) -> None:
        self._calls: dict[tuple[Any, ...], Call] = {}
        self._others = Call("other code")
        super().__init__()

    def calls(self) -> list[dict[str, Any]]:
        """The calls as data for JSON, in the order in which each first ended."""
        others = [self._others] if self._others.reasons else []
        return [asdict(call) for call in [*self._calls.values(), *others]]

    def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """What the function returns; its first argument is the serializer or the like."""
        module = function.__module__.rpartition(".")[2]
        call, outer = Call(kind=_KINDS.get(module, "read")), _running.get()
        token = _running.set(call)
        started, queries = perf_counter(), self.count
        try:
            result = super().run(function, *args, **kwargs)
            call.rows = _rows(result)
            return result
        finally:
            _running.reset(token)
            call.milliseconds += 1000 * (perf_counter() - started)
            call.queries += self.count - queries
            self._end(call, outer, args[0])

    def _end(self, call: Call, outer: Call | None, subject: Any) -> None:
        if outer is not None:
            if not call.tier:  # A part of the outer call: the tier of that one counts.
                outer.reasons += call.reasons
                outer.saved += call.saved
                return
            outer.milliseconds -= call.milliseconds
            outer.queries -= call.queries
        if not call.tier and is_disabled():
            call.tier = "disabled"
        if not call.is_empty:
            self._keep(call, subject)

    def _keep(self, call: Call, subject: Any) -> None:
        call.subject, call.location = _described(subject)
        known = self._calls.setdefault(call.likeness, call)
        if known is not call:
            known.add(call)

    def served(self, kind: str, tier: str) -> None:
        """Note the tier of the call that runs."""
        super().served(kind, tier)
        if (call := _running.get()) is not None:
            call.tier = tier

    def fell_back(self, reason: str) -> None:
        """Note why the call that runs left the native path."""
        reasons = (_running.get() or self._others).reasons
        if reason not in reasons:
            reasons.append(reason)

    def saved(self, count: Callable[[], int]) -> None:
        """Note how many queries the call that runs saved."""
        if (call := _running.get()) is not None:
            call.saved += count()


def _rows(result: Any) -> int:
    """How many objects a result is of: a list that was not looked at knows without being made."""
    if isinstance(result, list):
        return len(result)
    return 1 if isinstance(result, dict) else 0


def _described(subject: Any) -> tuple[str, str]:
    """The name of a serializer, parser, renderer or queryset, and where its class is."""
    if isinstance(subject, QuerySet):
        return f"queryset of {subject.model._meta.label}", class_location(subject.model)
    child = getattr(subject, "child", None)
    cls = type(subject if child is None else child)
    many = "" if child is None else "(many=True)"
    return f"{cls.__module__}.{cls.__qualname__}{many}", class_location(cls)
