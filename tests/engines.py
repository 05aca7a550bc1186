"""Run one piece of work on stock DRF and on django-rustaccel, and hold the outcomes together.

What counts as the same: the value, the exact type of every part of it, the order of keys, the
bytes it renders to, the exception with its text, and no more queries than stock made.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.signals import request_started
from django.db import connections, reset_queries
from rest_framework.renderers import JSONRenderer

import django_rustaccel

ENGINES = ("stock", "rustaccel")
TIERS = ("rows", "instances", "stock")


@contextlib.contextmanager
def running(engine: str) -> Iterator[None]:
    """`rustaccel` is what the settings have on; `stock` turns it off."""
    with django_rustaccel.disabled() if engine == "stock" else contextlib.nullcontext():
        yield


@dataclass
class Outcome:
    """What one run gave: a value or an error, its bytes, its queries, and the tiers taken."""

    value: Any
    error: tuple[type, str] | None
    rendered: bytes | tuple[type, str] | None
    queries: list[str]
    tiers: dict[str, int]


def outcome(work: Callable[[], Any], engine: str) -> Outcome:
    value = error = rendered = None
    with running(engine), captured_queries() as queries:
        before = read_counts()
        try:
            value = work()
        except Exception as raised:
            error = (type(raised), str(raised))
        else:
            rendered = rendering(value)
        tiers = {tier: count - before[tier] for tier, count in read_counts().items()}
    return Outcome(value, error, rendered, queries, tiers)


@contextlib.contextmanager
def captured_queries() -> Iterator[list[str]]:
    """The SQL of every database, as ``assertNumQueries`` counts it, filled in on leaving.

    Django's own context manager connects first, which pytest-django forbids for databases that
    the test did not name. Like it, this keeps requests from clearing the log.
    """
    queries: list[str] = []
    opened = connections.all()
    logs = [(connection, len(connection.queries_log)) for connection in opened]
    before = [connection.force_debug_cursor for connection in opened]
    for connection in opened:
        connection.force_debug_cursor = True
    request_started.disconnect(reset_queries)
    try:
        yield queries
    finally:
        request_started.connect(reset_queries)
        for (connection, start), forced in zip(logs, before, strict=True):
            connection.force_debug_cursor = forced
            queries += [query["sql"] for query in list(connection.queries_log)[start:]]


def read_counts() -> dict[str, int]:
    return dict(django_rustaccel.stats()["read"])


def rendering(value: Any) -> bytes | tuple[type, str]:
    """The bytes of `value`, or the renderer's exception: that too must be the same."""
    if isinstance(value, bytes):
        return value
    try:
        return JSONRenderer().render(value)
    except Exception as raised:
        return (type(raised), str(raised))


def assert_same(
    work: Callable[[], Any], *, tier: str | None = None, fewer_queries: bool = False
) -> Any:
    """Run `work` on both engines, compare, and return stock's value.

    `tier` names the tier the accelerated run must have taken ("rows", "instances" or "stock"),
    so that a test cannot pass by never engaging. `fewer_queries` asks for less than stock's.
    """
    __tracebackhide__ = True
    stock, ours = (outcome(work, engine) for engine in ENGINES)
    found = difference(stock, ours)
    assert found is None, found
    assert not (fewer_queries and len(ours.queries) == len(stock.queries)), "\n".join(ours.queries)
    if tier is not None:
        assert ours.tiers[tier], f"not the {tier} tier: {ours.tiers}"
    return stock.value


def difference(stock: Outcome, ours: Outcome) -> str | None:
    """The first way in which `ours` is not the same as `stock`, or None."""
    if ours.error != stock.error:
        return f"stock raises {stock.error}, rustaccel {ours.error}; it renders {ours.rendered!r}"
    if describe(ours.value) != describe(stock.value):
        return f"stock gives {describe(stock.value)}\nrustaccel gives {describe(ours.value)}"
    if ours.rendered != stock.rendered:
        return f"stock renders {stock.rendered!r}\nrustaccel renders {ours.rendered!r}"
    if len(ours.queries) > len(stock.queries):
        return "\n".join(["more queries than stock's:", *ours.queries])
    if bool(ours.queries) != bool(stock.queries):
        return "reads that the log of queries does not show"
    return None


def describe(value: Any) -> Any:
    """`value` with the exact type of every part beside it, comparable with ``==``."""
    if isinstance(value, (list, dict)):
        iter(value)  # What is made at the first look has its exact type after it.
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(describe(key), describe(part)) for key, part in value.items()]
    if isinstance(value, (list, tuple)):
        return kind, [describe(part) for part in value]
    if isinstance(value, (set, frozenset)):
        return kind, frozenset(map(repr, value))
    if isinstance(value, BaseException):
        return kind, str(value)
    # `==` would hold NaN unequal to itself, 0.0 equal to -0.0 and a moment equal to the same one
    # in another timezone; `repr` tells all of them. An address is nobody's promise.
    return kind, re.sub(r" at 0x[0-9a-f]+", "", repr(value))
