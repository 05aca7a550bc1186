"""Which handler, and so which instances of all middleware, a request came through.

Django does not tell a view. A second handler would make every middleware again: what one counts or
keeps in its instance would be there twice.
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.core.handlers.base import BaseHandler
from django.http import HttpRequest

from django_rustaccel.subrequests.calls import is_async

#: Where a request carries its handler.
HANDLER = "_rustaccel_handler"


def install() -> None:
    """Have every handler leave its name on the requests that it looks up the views of."""
    stock: Any = BaseHandler.resolve_request
    if stock.__module__ == __name__:
        return

    @wraps(stock, assigned=("__name__", "__qualname__", "__doc__"))
    def resolve_request(self: BaseHandler, request: HttpRequest) -> Any:
        setattr(request, HANDLER, self)
        return stock(self, request)

    BaseHandler.resolve_request = resolve_request  # type: ignore[method-assign]


def handler_of(request: HttpRequest) -> BaseHandler:
    """The handler of a request; a new one for a request that a test made and gave to a view."""
    handler: BaseHandler | None = getattr(request, HANDLER, None)
    if handler is None:
        handler = BaseHandler()
        handler.load_middleware(is_async(request))
        setattr(request, HANDLER, handler)
    return handler
