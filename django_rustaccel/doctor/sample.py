"""Requests to the project's own views, in this process, answered by stock code and accelerated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict, dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings as django_settings
from rest_framework.test import APIClient

from django_rustaccel.core.switch import disabled
from django_rustaccel.doctor.isolation import isolated, rolled_back
from django_rustaccel.doctor.targets import Target
from django_rustaccel.drf.comparison import difference
from django_rustaccel.middleware import meters
from django_rustaccel.middleware.calls import CallMeter

#: Seconds after which a request is not timed again.
ENOUGH = 10.0
#: How often the calls of a request are measured, of which the least disturbed counts.
METERED = 3
#: Bytes of an answer that tell why a request failed.
EXCERPT = 80
#: Below this status an answer is what the view is for.
FIRST_FAILURE = 400


@dataclass
class Sampled:
    """One request answered both ways; times are medians in seconds."""

    method: str
    path: str
    #: How often it stands in the sample.
    times: int
    status: int = 0
    #: ``"same"``, ``"different"``, ``"varies"`` (stock code does so too) or ``"failed"``.
    result: str = "same"
    detail: str = ""
    size: int = 0
    stock: float = 0.0
    accelerated: float = 0.0
    stock_queries: int = 0
    accelerated_queries: int = 0
    #: What serializers, parsers and renderers did, as :class:`~.middleware.calls.Call` has it.
    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """How many times faster than stock."""
        return self.stock / self.accelerated if self.accelerated else 0.0

    def scale(self, factor: float) -> None:
        """Make the times of the calls parts of the time of the request."""
        for call in self.calls:
            call["milliseconds"] *= factor

    def as_dict(self) -> dict[str, Any]:
        """Data for scripts."""
        return {**asdict(self), "ratio": self.ratio}


@dataclass(frozen=True)
class _Answer:
    status: int
    content_type: str
    content: bytes
    queries: int
    error: str
    calls: list[dict[str, Any]]
    #: What it took while the calls were measured, which takes time itself.
    seconds: float


class Sample:
    """Sends requests; for use in a ``with`` block, and while the acceleration is on.

    Everything is done within transactions that are rolled back, mail goes nowhere, and throttles
    of Django REST framework let pass. What views do beyond their databases (caches, files, other
    services) is done.

    Parameters: `user` is logged in for every request; `rounds` is how often each is timed.
    """

    def __init__(self, user: Any = None, rounds: int = 5) -> None:
        self.user = user
        self.rounds = rounds
        self._stack = ExitStack()

    def __enter__(self) -> Sample:
        with ExitStack() as stack:
            stack.enter_context(isolated())
            meters.install()
            self._client = _client(self.user)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.close()

    def ask(self, target: Target, times: int = 1) -> Sampled:
        """Compare both answers to a request, then time each in turn."""
        found = Sampled(target.method, target.path, times)
        with disabled():
            stock = self._answer(target)
        self._answer(target)  # plans are compiled once
        ours = min((self._answer(target) for _ in range(METERED)), key=lambda each: each.seconds)
        found.status, found.size, found.calls = ours.status, len(ours.content), ours.calls
        found.stock_queries, found.accelerated_queries = stock.queries, ours.queries
        found.result, found.detail = self._compared(target, stock, ours)
        if found.result in ("same", "varies"):
            found.stock, found.accelerated = self._timed(target)
            found.scale(found.accelerated / ours.seconds)
        return found

    def _compared(self, target: Target, stock: _Answer, ours: _Answer) -> tuple[str, str]:
        if _facts(stock) != _facts(ours):
            with disabled():
                again = self._answer(target)
            if _facts(stock) != _facts(again):
                return "varies", "stock code answers differently each time"
            return "different", _shown(stock, ours)
        if stock.status >= FIRST_FAILURE:
            return "failed", stock.error or f"answered with {stock.status}: {_excerpt(stock)}"
        return "same", ""

    def _timed(self, target: Target) -> tuple[float, float]:
        engines: tuple[Callable[[], AbstractContextManager[Any]], ...] = (disabled, nullcontext)
        pairs: list[tuple[float, ...]] = []
        until = perf_counter() + ENOUGH
        while len(pairs) < self.rounds and (not pairs or perf_counter() < until):
            pairs.append(tuple(self._seconds(target, engine()) for engine in engines))
        stock, ours = map(median, zip(*pairs, strict=True))
        return stock, ours

    def _seconds(self, target: Target, engine: AbstractContextManager[Any]) -> float:
        with rolled_back(), engine:
            started = perf_counter()
            self._send(target)
            return perf_counter() - started

    def _answer(self, target: Target) -> _Answer:
        with rolled_back():
            meter, started = CallMeter(), perf_counter()
            try:
                response = self._send(target)
                content = response.getvalue()
            finally:
                seconds = perf_counter() - started
                meter.stop()
        info = getattr(response, "exc_info", None)
        error = f"{info[0].__name__}: {info[1]}" if info else ""
        content_type = response.headers.get("Content-Type", "")
        status, calls = response.status_code, meter.calls()
        return _Answer(status, content_type, content, meter.count, error, calls, seconds)

    def _send(self, target: Target) -> Any:
        return self._client.generic(
            target.method,
            target.path,
            target.body,
            content_type="application/json",
            secure=django_settings.SECURE_SSL_REDIRECT,
        )


def _facts(answer: _Answer) -> tuple[int, str, bytes]:
    return answer.status, answer.content_type, answer.content


def _excerpt(answer: _Answer) -> str:
    return " ".join(answer.content[:EXCERPT].decode("utf-8", "replace").split())


def _shown(stock: _Answer, ours: _Answer) -> str:
    for name in ("status", "content_type"):
        theirs, own = getattr(stock, name), getattr(ours, name)
        if theirs != own:
            return f"{name.replace('_', ' ')} {theirs} by stock code, {own} accelerated"
    return str(difference(stock.content, ours.content))


def _client(user: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if user is not None:
        if "django.contrib.sessions" in django_settings.INSTALLED_APPS:
            client.force_login(user)  # views of Django
        client.force_authenticate(user)  # views of the framework, however they authenticate
    return client
