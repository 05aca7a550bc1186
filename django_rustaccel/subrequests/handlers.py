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


class Through:
    """The handler of a request. Copies of the request share it, and pickles are without."""

    __slots__ = ("handler",)

    def __init__(self, handler: BaseHandler) -> None:
        self.handler = handler

    def __deepcopy__(self, memo: Any) -> Through:
        return self

    def __reduce__(self) -> Any:
        return type(None), ()


def install() -> None:
    """Have every handler leave its name on the requests that it looks up the views of."""
    stock: Any = BaseHandler.resolve_request
    if stock.__module__ == __name__:
        return

    @wraps(stock, assigned=("__name__", "__qualname__", "__doc__"))
    def resolve_request(self: BaseHandler, request: HttpRequest) -> Any:
        setattr(request, HANDLER, Through(self))
        return stock(self, request)

    BaseHandler.resolve_request = resolve_request  # type: ignore[method-assign]


def handler_of(request: HttpRequest) -> BaseHandler:
    """The handler of a request; a new one for a request that a test made and gave to a view."""
    through: Through | None = getattr(request, HANDLER, None)
    if through is not None:
        return through.handler
    handler = BaseHandler()
    handler.load_middleware(is_async(request))
    return handler
