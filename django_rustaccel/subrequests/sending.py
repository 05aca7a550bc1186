"""Requests through their handler and answers back, from plain and from async code.

Each has a context of its own: the language, the time zone and the URLconf that it leaves behind
concern neither the outer request nor the next.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from django.core.cache import InvalidCacheBackendError, caches
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest

from django_rustaccel.subrequests.answers import Answer, aread, read
from django_rustaccel.subrequests.calls import is_async


def send(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    """The answer to a request, with a body of up to `limit` bytes."""
    if is_async(request):
        return async_to_sync(asend)(handler, request, limit)
    return copy_context().run(_send, handler, request, limit)


async def asend(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    """:func:`send` on an event loop."""
    if not is_async(request):
        return await sync_to_async(send)(handler, request, limit)
    return await asyncio.create_task(_asend(handler, request, limit))


def share_caches() -> None:
    """Make the caches that are not used yet, for all requests that follow in this context.

    One that is made within a request, and what it is connected to, would be gone with it.
    """
    for alias in caches:
        with suppress(InvalidCacheBackendError):
            caches[alias]


def _send(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    response: Any = handler.get_response(request)
    take = async_to_sync(aread) if _is_awaited(response) else read
    return take(request, response, limit)


async def _asend(handler: BaseHandler, request: HttpRequest, limit: int) -> Answer:
    response: Any = await handler.get_response_async(request)
    if _is_awaited(response):
        return await aread(request, response, limit)
    if response.streaming:
        return await sync_to_async(read)(request, response, limit)
    return read(request, response, limit)


def _is_awaited(response: Any) -> bool:
    return bool(response.streaming and response.is_async)
