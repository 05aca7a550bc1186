"""Pagination that hands the serializer a page nobody has read yet.

A page is a :class:`~django_rustaccel.drf.lazy.LazyPage`: the rows tier reads it as rows; whoever
looks at it finds the list of instances that DRF's paginators return.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import QuerySet
from rest_framework import pagination

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf.lazy import LazyPage


class _Unread:
    """A queryset whose slices are noted instead of read."""

    _windows: list[QuerySet[Any]]
    _stock_class: type[QuerySet[Any]]

    def _clone(self) -> Any:
        clone = super()._clone()  # type: ignore[misc]
        clone._windows, clone._stock_class = self._windows, self._stock_class
        return clone

    def __getitem__(self, key: Any) -> Any:
        window = super().__getitem__(key)  # type: ignore[misc]
        if not isinstance(key, slice) or not isinstance(window, QuerySet):
            return window
        window.__class__ = self._stock_class
        self._windows.append(window)
        return ()


@cache
def _unread_class(cls: type[QuerySet[Any]]) -> type[QuerySet[Any]]:
    return type(cls.__name__, (_Unread, cls), {"__module__": cls.__module__})


def paginate(
    paginator: Any, queryset: Any, request: Any, view: Any, stock: Callable[..., Any]
) -> Any:
    """``paginate_queryset`` of the page number and the limit/offset style."""
    if is_disabled() or not isinstance(queryset, QuerySet) or queryset._result_cache is not None:
        return stock(paginator, queryset, request, view)
    unread: Any = queryset.all()
    unread._windows, unread._stock_class = [], type(queryset)
    unread.__class__ = _unread_class(type(queryset))
    page = stock(paginator, unread, request, view)
    if page != [] or len(unread._windows) != 1:
        return page
    (window,) = unread._windows
    held = getattr(paginator, "page", None)
    if held is not None and held.object_list == ():
        held.object_list = window
        held.paginator.object_list = queryset
    return LazyPage(window)


class PageNumberPagination(pagination.PageNumberPagination):
    """DRF's ``PageNumberPagination``, whose page is read by the serializer."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page as a list that is read when it is looked at, or ``None``."""
        stock = pagination.PageNumberPagination.paginate_queryset
        return paginate(self, queryset, request, view, stock)


class LimitOffsetPagination(pagination.LimitOffsetPagination):
    """DRF's ``LimitOffsetPagination``, whose page is read by the serializer."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page as a list that is read when it is looked at, or ``None``."""
        stock = pagination.LimitOffsetPagination.paginate_queryset
        return paginate(self, queryset, request, view, stock)


class CursorPagination(pagination.CursorPagination):
    """DRF's ``CursorPagination``; it needs the instances for its links."""
