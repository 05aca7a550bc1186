"""Responses read to their end, as a server would send them."""

from __future__ import annotations

import logging
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger("django.request")


class Answer(NamedTuple):
    """What was answered. ``problem`` says why the body did not come; then there is none."""

    status: int
    headers: dict[str, str]
    cookies: SimpleCookie
    body: bytes
    problem: str = ""


def read(request: HttpRequest, response: Any, limit: int) -> Answer:
    """The answer, of a response whose body is not async and may have `limit` bytes."""
    body = _Body(limit)
    try:
        if _has_body(request, response):
            for chunk in response.streaming_content if response.streaming else [response.content]:
                body.take(chunk)
    except Exception as error:
        return _answer(response, b"", _told(error))
    return _answer(response, b"".join(body.chunks))


async def aread(request: HttpRequest, response: Any, limit: int) -> Answer:
    """The answer, of a response whose body is async."""
    body = _Body(limit)
    try:
        if _has_body(request, response):
            async for chunk in response.streaming_content:
                body.take(chunk)
    except Exception as error:
        return _answer(response, b"", _told(error))
    return _answer(response, b"".join(body.chunks))


class _TooLongError(Exception):
    pass


class _Body:
    """The body of a response as it comes."""

    __slots__ = ("_left", "chunks")

    def __init__(self, limit: int) -> None:
        self._left = limit
        self.chunks: list[bytes] = []

    def take(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise _TooLongError
        self.chunks.append(chunk)


def _answer(response: Any, body: bytes, problem: str = "") -> Answer:
    release(response)
    return Answer(response.status_code, dict(response.items()), response.cookies, body, problem)


def _told(error: Exception) -> str:
    if isinstance(error, _TooLongError):
        return "the answer is too large"
    logger.error("A streaming response broke off.", exc_info=error)
    return "the answer broke off"


def _has_body(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Servers send none with these (RFC 9110, 6.4.1)."""
    status = response.status_code
    return not (request.method == "HEAD" or 100 <= status < 200 or status in (204, 304))


def release(response: Any) -> None:
    """Close what ``response.close()`` closes, without the end of the request that it announces.

    The outer request goes on: its database connections stay open.
    """
    for close in response._resource_closers:
        with suppress(Exception):
            close()
    response._resource_closers.clear()
