"""Detail views: the one row of ``RetrieveModelMixin`` without making an instance of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.query import MAX_GET_RESULTS
from django.db.models.sql.query import Query
from django.utils.functional import SimpleLazyObject
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals, reading
from django_rustaccel.drf.originals import BaseSerializer, Serializer
from django_rustaccel.querysets.narrowing import narrowed
from django_rustaccel.querysets.plainness import METHODS

_VIEW = generics.GenericAPIView
_STOCK_METHODS = {
    name: getattr(_VIEW, name)
    for name in ("get_object", "get_serializer", "check_object_permissions")
}
_STOCK_QUERYSET = {name: getattr(_VIEW, name) for name in ("get_queryset", "filter_queryset")}
_STOCK_FILTER = {name: getattr(QuerySet, name) for name in METHODS}


def retrieve(
    view: Any, request: Any, args: Any, kwargs: Any, stock: Callable[..., Response]
) -> Response:
    """``RetrieveModelMixin.retrieve``: as rows where nothing in between wants the instance."""
    keyword = getattr(view, "lookup_url_kwarg", None) or getattr(view, "lookup_field", None)
    if is_disabled() or keyword not in view.kwargs or not _is_plain(view, request):
        return stock(view, request, *args, **kwargs)
    queryset = view.filter_queryset(view.get_queryset())
    lookup = {view.lookup_field: view.kwargs[keyword]}
    serializer = _read(view, queryset, lookup) or _load(view, queryset, lookup)
    return Response(serializer.data)


def _has(cls: type, methods: dict[str, Any]) -> bool:
    return all(getattr(cls, name, None) is method for name, method in methods.items())


def _is_plain(view: Any, request: Any) -> bool:
    """Whether view, permissions and renderer leave the instance alone."""
    cls = type(view)
    if not _has(cls, _STOCK_METHODS) or _STOCK_METHODS.keys() & vars(view).keys():
        return False
    renderer: Any = getattr(request, "accepted_renderer", None)
    return isinstance(renderer, originals.JSONRenderer) and all(
        type(permission).has_object_permission is BasePermission.has_object_permission
        for permission in view.get_permissions()
    )


def _read(view: Any, queryset: Any, lookup: dict[str, Any]) -> Any:
    """A serializer with the data of the one row; ``None`` if rows cannot serve it."""
    cls = view.get_serializer_class()
    if (
        not isinstance(queryset, QuerySet)
        or type(queryset).get is not QuerySet.get
        or queryset.query.is_sliced
        or queryset.query.combinator
        or getattr(cls, "__init__", None) is not BaseSerializer.__init__
        or getattr(cls, "data", None) is not Serializer.data
    ):
        return None
    serializer = view.get_serializer(
        SimpleLazyObject(lambda: generics.get_object_or_404(queryset, **lookup))
    )
    try:
        content = reading.read_rows(serializer, _candidates(view, queryset, lookup))
    except (TypeError, ValueError, ValidationError):
        # What is said of such a value, or of the row, is for the stock view to say.
        content = None
    if content is None:
        return None
    if len(content) != 1:
        # Django's own words for none and for several.
        generics.get_object_or_404(queryset if content else queryset.none(), **lookup)
    serializer._data = content[0]
    return serializer


def _candidates(view: Any, queryset: QuerySet[Any], lookup: dict[str, Any]) -> QuerySet[Any]:
    """The query that ``QuerySet.get`` makes."""
    ((name, value),) = lookup.items()
    own = _own_queryset(view)
    found = queryset.filter(**lookup) if own is None else narrowed(own, queryset, name, value)
    if not found.query.distinct_fields:
        found = found.order_by()
    found.query.set_limits(high=MAX_GET_RESULTS)
    return found


def _own_queryset(view: Any) -> QuerySet[Any] | None:
    """The queryset of the view's class, if nothing is done to it for a request."""
    cls, source = type(view), view.queryset
    is_own = (
        _has(cls, _STOCK_QUERYSET)
        and not _STOCK_QUERYSET.keys() & vars(view).keys()
        and not view.filter_backends
        and source is getattr(cls, "queryset", None)
        and type(source) is QuerySet
        and type(source.query) is Query
        and _has(QuerySet, _STOCK_FILTER)
        # DRF forbids the queryset of a class to be evaluated.
        and not (_STOCK_FILTER.keys() & vars(source).keys()) - {"_fetch_all"}
    )
    return source if is_own else None


def _load(view: Any, queryset: Any, lookup: dict[str, Any]) -> Any:
    """What the stock view does from here on."""
    instance = generics.get_object_or_404(queryset, **lookup)
    view.check_object_permissions(view.request, instance)
    return view.get_serializer(instance)
