"""Pagination that hands the serializer a page of which no instance was made.

A page by number or offset is a ``LazyPage``: the rows tier reads it as rows; whoever looks at it
finds the list of instances that DRF's paginators return. A cursor needs the position of its items
for its links: its page is read as rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, cast

from django.db.models import QuerySet
from rest_framework import generics, mixins, pagination

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals, reading
from django_rustaccel.drf.lazy import LazyPage
from django_rustaccel.querysets.counting import count

Stock = Callable[..., Any]


class _Sliced:
    """A queryset that gives its slices away instead of being read."""

    _take: Callable[[QuerySet[Any]], Any]
    _stock_class: type[QuerySet[Any]]

    def _clone(self) -> Any:
        clone = super()._clone()  # type: ignore[misc]
        clone._take, clone._stock_class = self._take, self._stock_class
        return clone

    def count(self) -> int:
        stock = super().count  # type: ignore[misc]
        is_stock = self._stock_class.count is QuerySet.count
        return count(cast("QuerySet[Any]", self), stock) if is_stock else stock()

    def __getitem__(self, key: Any) -> Any:
        window = super().__getitem__(key)  # type: ignore[misc]
        if not isinstance(key, slice) or not isinstance(window, QuerySet):
            return window
        window.__class__ = self._stock_class
        return self._take(window)


@cache
def _sliced_class(cls: type[QuerySet[Any]]) -> type[QuerySet[Any]]:
    return type(cls.__name__, (_Sliced, cls), {"__module__": cls.__module__})


def _sliced(queryset: QuerySet[Any], take: Callable[[QuerySet[Any]], Any]) -> QuerySet[Any]:
    sliced: Any = queryset.all()
    sliced._take, sliced._stock_class = take, type(queryset)
    sliced.__class__ = _sliced_class(type(queryset))
    return sliced  # type: ignore[no-any-return]


def _is_unread(queryset: Any) -> bool:
    return isinstance(queryset, QuerySet) and queryset._result_cache is None and not is_disabled()


def paginate(paginator: Any, queryset: Any, request: Any, view: Any, stock: Stock) -> Any:
    """``paginate_queryset`` of the page number and the limit/offset style."""
    if not _is_unread(queryset):
        return stock(paginator, queryset, request, view)
    windows: list[QuerySet[Any]] = []
    nothing: list[Any] = []

    def take(window: QuerySet[Any]) -> Any:
        windows.append(window)
        return nothing

    page = stock(paginator, _sliced(queryset, take), request, view)
    held = vars(paginator).get("page")
    if not windows and page != []:
        return page
    if page != [] or len(windows) != 1 or (held is not None and held.object_list is not nothing):
        # Somebody else looked at the slice: they get what stock gives them.
        return stock(paginator, queryset, request, view)
    if held is not None:
        held.object_list = windows[0]
        held.paginator.object_list = queryset
    return LazyPage(windows[0])


def paginate_by_cursor(paginator: Any, queryset: Any, request: Any, view: Any, stock: Stock) -> Any:
    """``paginate_queryset`` of the cursor style."""
    if not _is_unread(queryset) or not _hands_on(view):
        return stock(paginator, queryset, request, view)

    def take(window: QuerySet[Any]) -> Any:
        ordering = paginator.ordering[0].lstrip("-")
        serializer = view.get_serializer_class()()
        page = reading.read_page(serializer, window, ordering)
        return window if page is None else page

    return stock(paginator, _sliced(queryset, take), request, view)


def _hands_on(view: Any) -> bool:
    """Whether nobody sees the items of a page between the paginator and the serializer."""
    cls = type(view)
    return (
        getattr(cls, "list", None) is mixins.ListModelMixin.list
        and getattr(cls, "get_serializer", None) is generics.GenericAPIView.get_serializer
        and getattr(cls, "paginate_queryset", None) is generics.GenericAPIView.paginate_queryset
        and issubclass(view.get_serializer_class(), originals.Serializer)
        and view.get_serializer_class().__init__ is originals.BaseSerializer.__init__
    )


class PageNumberPagination(pagination.PageNumberPagination):
    """DRF's ``PageNumberPagination``, whose page is read by the serializer."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page as a list that is read when it is looked at, or ``None``."""
        return paginate(self, queryset, request, view, _STOCK[pagination.PageNumberPagination])


class LimitOffsetPagination(pagination.LimitOffsetPagination):
    """DRF's ``LimitOffsetPagination``, whose page is read by the serializer."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page as a list that is read when it is looked at, or ``None``."""
        return paginate(self, queryset, request, view, _STOCK[pagination.LimitOffsetPagination])


class CursorPagination(pagination.CursorPagination):
    """DRF's ``CursorPagination``, whose page is read as rows."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """Return the page as a list of items that stand for instances, or ``None``."""
        stock = _STOCK[pagination.CursorPagination]
        return paginate_by_cursor(self, queryset, request, view, stock)


#: DRF's own methods: this module is imported before acceleration in place takes their names.
_STOCK: dict[Any, Stock] = {
    cls: cls.paginate_queryset
    for cls in (
        pagination.PageNumberPagination,
        pagination.LimitOffsetPagination,
        pagination.CursorPagination,
    )
}
