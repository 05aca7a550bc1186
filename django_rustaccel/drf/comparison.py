"""The same rows through stock DRF and through this package."""

from __future__ import annotations

import json
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext, override_settings
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from django_rustaccel.conf import NAME, user_settings
from django_rustaccel.core import statistics
from django_rustaccel.core.switch import disabled
from django_rustaccel.drf.install import is_active

#: Bytes of context on each side of a difference.
CONTEXT = 32

#: The bytes of a character in UTF-8 after its first.
CONTINUATION = bytes(range(0x80, 0xC0))

#: Makes what a serializer is given; called anew for every rendering.
Source = Callable[[], Any]


class _LocalRequest(HttpRequest):
    """What a serializer may ask of a request; any host is allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.method = "GET"
        self.path = self.path_info = "/"
        self.META.update(SERVER_NAME="localhost", SERVER_PORT="80")

    def get_host(self) -> str:
        """Return a host that no setting has to list."""
        return "localhost"


@dataclass(frozen=True)
class Outcome:
    """What one rendering gave: bytes or an error, how many queries, and the tier that served."""

    content: bytes
    error: str
    queries: int
    tier: str


@dataclass(frozen=True)
class Difference:
    """Where two renderings part."""

    #: Number of the first byte that differs.
    byte: int
    #: The value it belongs to, such as ``[3].publisher.name``; empty if the JSON means the same.
    path: str
    stock: str
    accelerated: str
    #: How many characters of both texts are the same.
    same: int

    def __str__(self) -> str:
        where = f"byte {self.byte:,}" + (f", {self.path}" if self.path else "")
        return (
            f"first difference at {where}\n"
            f"  stock        {self.stock}\n"
            f"  accelerated  {self.accelerated}\n"
            f"               {' ' * self.same}^"
        )


@contextmanager
def acceleration_on() -> Iterator[None]:
    """As if the project had turned ``ACCELERATE_DRF`` on."""
    if is_active():
        yield
        return
    with override_settings(**{NAME: {**user_settings(), "ACCELERATE_DRF": True}}):
        yield


def render(cls: type[Any], data: Any) -> bytes:
    """``data`` as the JSON of a list response."""
    context = {"request": Request(_LocalRequest()), "format": None, "view": None}
    content: bytes = JSONRenderer().render(cls(data, many=True, context=context).data)
    return content


def both(cls: type[Any], source: Source) -> tuple[Outcome, Outcome]:
    """Stock's outcome and the accelerated one; for use while the acceleration is on."""
    with disabled():
        stock = _outcome(cls, source)
    return stock, _outcome(cls, source)


def _outcome(cls: type[Any], source: Source) -> Outcome:
    data = source()
    content, error = b"", ""
    before = statistics.stats()["read"]
    using = data.db if isinstance(data, QuerySet) else "default"
    with CaptureQueriesContext(connections[using]) as queries:
        try:
            content = render(cls, data)
        except Exception as raised:
            error = f"{type(raised).__name__}: {raised}"
    after = statistics.stats()["read"]
    served = [tier for tier in after if after[tier] > before[tier]]
    return Outcome(content, error, len(queries), served[0] if served else "stock")


def difference(stock: bytes, accelerated: bytes) -> Difference | None:
    """The first difference, with what is around it; ``None`` for the same bytes."""
    if stock == accelerated:
        return None
    pairs = enumerate(zip(stock, accelerated, strict=False))
    shorter = min(len(stock), len(accelerated))
    byte = next((index for index, (a, b) in pairs if a != b), shorter)
    start = max(0, byte - CONTEXT)
    mark = "" if start == 0 else "…"
    end = byte + CONTEXT
    return Difference(
        byte=byte,
        path=_path_of_difference(stock, accelerated),
        stock=mark + _text(stock[start:end]),
        accelerated=mark + _text(accelerated[start:end]),
        same=len(mark + _text(stock[start:byte])),
    )


def _text(content: bytes) -> str:
    """A piece of UTF-8 on one line, without the parts of characters at its ends."""
    decoder = getincrementaldecoder("utf-8")("backslashreplace")
    return decoder.decode(content.lstrip(CONTINUATION)).replace("\n", " ")


def _path_of_difference(stock: bytes, accelerated: bytes) -> str:
    try:
        return _path(json.loads(stock), json.loads(accelerated))
    except ValueError:
        return ""


def _path(a: Any, b: Any) -> str:
    """The way to the first value that differs."""
    if isinstance(a, list) and isinstance(b, list):
        steps = ((f"[{index}]", x, y) for index, (x, y) in enumerate(zip(a, b, strict=False)))
    elif isinstance(a, dict) and isinstance(b, dict):
        steps = ((f".{key}", a[key], b[key]) for key in a if key in b)
    else:
        return ""
    return next((step + _path(x, y) for step, x, y in steps if x != y), "")
