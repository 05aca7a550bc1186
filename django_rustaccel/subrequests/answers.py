"""Responses read to their end, as a server would send them."""

from __future__ import annotations

import logging
from collections.abc import Callable
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


class _TooLongError(Exception):
    pass


class Reader:
    """Takes the body of a response, up to a limit in bytes."""

    def __init__(self, request: HttpRequest, response: Any, limit: int) -> None:
        self._response = response
        self._has_body = _has_body(request, response)
        self._left = limit
        self._chunks: list[bytes] = []

    def read(self) -> Answer:
        """The answer, of a response whose body is not async."""
        return self._concluded(self._take_all)

    async def aread(self) -> Answer:
        """The answer, of a response whose body is async."""
        problem = ""
        try:
            if self._has_body:
                async for chunk in self._response.streaming_content:
                    self._take(chunk)
        except Exception as error:
            problem = _told(error)
        return self._answer(problem)

    def _concluded(self, take: Callable[[], None]) -> Answer:
        try:
            take()
        except Exception as error:
            return self._answer(_told(error))
        return self._answer("")

    def _take_all(self) -> None:
        if not self._has_body:
            return
        response = self._response
        for chunk in response.streaming_content if response.streaming else [response.content]:
            self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise _TooLongError
        self._chunks.append(chunk)

    def _answer(self, problem: str) -> Answer:
        response = self._response
        release(response)
        body = b"" if problem else b"".join(self._chunks)
        headers = dict(response.items())
        return Answer(response.status_code, headers, response.cookies, body, problem)


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
