"""Which querysets only say which rows there are, so that one query may stand for many."""

from __future__ import annotations

from typing import Any

from django.db.models import Manager, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable

#: Methods through which ``get()`` and ``filter().exists()`` go.
_METHODS = (
    "__iter__", "__len__", "_chain", "_clone", "_fetch_all", "_filter_or_exclude",
    "_filter_or_exclude_inplace", "all", "exclude", "exists", "filter", "get", "order_by",
)  # fmt: skip
_PROXIED = ("exclude", "exists", "filter", "get")


def plain_queryset(source: Any) -> QuerySet[Any] | None:
    """The queryset of a manager or queryset, ``None`` if user code or its form may matter.

    Left out is what Django's methods do not decide alone (overridden methods of managers and
    querysets), what cannot be filtered (slices, unions), what depends on the other rows of the
    result (annotations) or gives instances more than their columns.
    """
    if isinstance(source, BaseManager):
        if not _is_plain_manager(source):
            return None
        source = source.all()
    if not isinstance(source, QuerySet) or not _is_plain_class(type(source)):
        return None
    return source.all() if _is_plain_query(source) else None


def _is_plain_manager(manager: BaseManager[Any]) -> bool:
    cls: Any = type(manager)
    return (
        cls.get_queryset is BaseManager.get_queryset
        and cls.all is BaseManager.all
        and all(_is_proxy(getattr(cls, name)) for name in _PROXIED)
        and not {"get_queryset", "all", *_PROXIED} & vars(manager).keys()
    )


def _is_proxy(method: Any) -> bool:
    """Whether a method of a manager is the one Django makes of a queryset's."""
    made: Any = Manager.get
    return getattr(method, "__code__", None) is made.__code__


def _is_plain_class(cls: type[QuerySet[Any]]) -> bool:
    return all(getattr(cls, name) is getattr(QuerySet, name) for name in _METHODS)


def _is_plain_query(queryset: Any) -> bool:
    query = queryset.query
    mode = getattr(queryset, "_fetch_mode", None)
    return (
        queryset._iterable_class is ModelIterable
        and not queryset._known_related_objects
        and not queryset._prefetch_related_lookups
        and not getattr(mode, "track_peers", False)
        and not any(
            (
                query.is_sliced, query.combinator, query.distinct_fields, query.annotations,
                query.extra, query.select_for_update,
            )
        )
    )  # fmt: skip
