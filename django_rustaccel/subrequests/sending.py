"""Requests through their handler and answers back, from plain and from async code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest
from django.urls import get_urlconf, set_urlconf
from django.utils import timezone, translation

from django_rustaccel.subrequests.answers import Answer, Reader
from django_rustaccel.subrequests.calls import is_async

__all__ = ["asend", "is_async", "send"]


def send(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    """The answer to a request, with a body of up to `limit` bytes."""
    if is_async(request):
        return async_to_sync(asend)(handler, request, limit)
    with _surroundings():
        response: Any = handler.get_response(request)
        reader = Reader(request, response, limit)
        return async_to_sync(reader.aread)() if _is_awaited(response) else reader.read()


async def asend(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    """:func:`send` on an event loop."""
    if not is_async(request):
        return await sync_to_async(send)(handler, request, limit)
    with _surroundings():
        response: Any = await handler.get_response_async(request)
        reader = Reader(request, response, limit)
        if _is_awaited(response):
            return await reader.aread()
        if response.streaming:
            return await sync_to_async(reader.read)()
        return reader.read()


def _is_awaited(response: Any) -> bool:
    return bool(response.streaming and response.is_async)


@contextmanager
def _surroundings() -> Iterator[None]:
    """Keep the language, the time zone and the URLconf of the outer request."""
    urlconf, language = get_urlconf(), translation.get_language()
    zone = timezone.get_current_timezone()
    try:
        yield
    finally:
        set_urlconf(urlconf)
        if translation.get_language() != language:
            translation.activate(language) if language else translation.deactivate_all()
        if timezone.get_current_timezone() is not zone:
            timezone.activate(zone)
