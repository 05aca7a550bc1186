"""Which querysets only say which rows there are, so that one query may stand for many."""

from __future__ import annotations

from typing import Any

from django.db.models import Manager, QuerySet
from django.db.models.manager import BaseManager
from django.db.models.query import ModelIterable

from django_rustaccel.core.origin import describe_class_override

#: Methods through which ``get()`` and ``filter().exists()`` go.
METHODS = (
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
    return examined(source)[0]


def examined(source: Any) -> tuple[QuerySet[Any] | None, str]:
    """The same, and why there is none."""
    if isinstance(source, BaseManager):
        reason = _manager_obstacle(source)
        if reason:
            return None, reason
        source = source.all()
    if not isinstance(source, QuerySet):
        return None, f"`{type(source).__name__}` is no queryset"
    reason = _class_obstacle(type(source)) or _query_obstacle(source)
    return (None, reason) if reason else (source.all(), "")


def _manager_obstacle(manager: BaseManager[Any]) -> str:
    cls: Any = type(manager)
    for name in ("get_queryset", "all"):
        if getattr(cls, name) is not getattr(BaseManager, name):
            return describe_class_override(cls, name)
    for name in _PROXIED:
        if not _is_proxy(getattr(cls, name)):
            return describe_class_override(cls, name)
    replaced = {"get_queryset", "all", *_PROXIED} & vars(manager).keys()
    return f"`{min(replaced)}` is replaced on the manager" if replaced else ""


def _is_proxy(method: Any) -> bool:
    """Whether a method of a manager is the one Django makes of a queryset's."""
    made: Any = Manager.get
    return getattr(method, "__code__", None) is made.__code__


def _class_obstacle(cls: type[QuerySet[Any]]) -> str:
    own = (name for name in METHODS if getattr(cls, name) is not getattr(QuerySet, name))
    return next((describe_class_override(cls, name) for name in own), "")


def _query_obstacle(queryset: Any) -> str:
    query = queryset.query
    mode = getattr(queryset, "_fetch_mode", None)
    obstacles = {
        "gives no model instances": queryset._iterable_class is not ModelIterable,
        "belongs to an instance": queryset._known_related_objects,
        "prefetches": queryset._prefetch_related_lookups,
        "fetches for all its rows": getattr(mode, "track_peers", False),
        "is sliced": query.is_sliced,
        "is a combination of others": query.combinator,
        "has distinct fields": query.distinct_fields,
        "is annotated": query.annotations,
        "has extra(…)": query.extra,
        "locks its rows": query.select_for_update,
    }
    return next((f"the queryset {what}" for what, there in obstacles.items() if there), "")
