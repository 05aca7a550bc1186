"""Stock behaviour for requests that ask for it: both ways can be measured on one server."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, ClassVar

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.utils.cache import patch_vary_headers

from django_rustaccel.conf import settings
from django_rustaccel.core.switch import HEADER, OFF, ON, disabled


class StockHeaderMiddleware:
    """Runs requests with ``X-Rustaccel: off`` inside ``disabled()``, and says so in the response.

    Only with ``RUSTACCEL["ALLOW_STOCK_HEADER"]``; otherwise it passes everything untouched. The
    first of ``MIDDLEWARE`` has all others inside. A stream that is made while it is sent is made
    after this: what it does is accelerated.
    """

    sync_capable: ClassVar[bool] = True
    async_capable: ClassVar[bool] = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """The response to a request; a coroutine on an event loop."""
        if not settings.allow_stock_header:
            return self.get_response(request)
        is_off = request.headers.get(HEADER, "").strip().lower() == OFF
        if self.is_async:
            return self._aserve(request, is_off)
        with _way(is_off):
            return _marked(self.get_response(request), is_off)

    async def _aserve(self, request: HttpRequest, is_off: bool) -> Any:
        with _way(is_off):
            return _marked(await self.get_response(request), is_off)


def _way(is_off: bool) -> AbstractContextManager[Any]:
    return disabled() if is_off else nullcontext()


def _marked(response: Any, is_off: bool) -> Any:
    """Say which way it was; caches keep the two apart."""
    response.headers[HEADER] = OFF if is_off else ON
    patch_vary_headers(response, [HEADER])
    return response
