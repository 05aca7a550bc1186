"""Whether the rows of a queryset can stand for its instances, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import connections
from django.db.models import Model, Prefetch, QuerySet
from django.db.models.query import ModelIterable

from django_rustaccel.core.origin import describe_class_override
from django_rustaccel.querysets.columns import Needs, needs_of, survey
from django_rustaccel.querysets.compilers import unselected
from django_rustaccel.querysets.obstacles import Obstacle, UnreadableError, check_from_db_value


def readable(plan: Any, queryset: QuerySet[Any]) -> Needs:
    """What to read of a queryset; raises ``UnreadableError`` if rows cannot serve it."""
    lookups = lookups_of(queryset)
    prefetched = _relations(lookups)
    key = (queryset.model, *prefetched.items())
    needs: Needs | UnreadableError | None = plan.derived.get(key)
    if needs is None:
        try:
            needs = needs_of(plan.entries, queryset.model, prefetched)
        except UnreadableError as error:
            needs = error
        plan.derived[key] = needs
    if isinstance(needs, UnreadableError):
        raise needs
    for check in _checks(queryset, needs, lookups):
        check()
    return needs


def obstacles(entries: Iterable[Any], queryset: QuerySet[Any]) -> list[Obstacle]:
    """Everything that :func:`readable` could raise, where it raises the first."""
    found: list[Obstacle] = []
    lookups: dict[str, Lookup] = {}
    try:
        lookups = lookups_of(queryset)
    except UnreadableError as error:
        found += error.obstacles
    needs, missing = survey(entries, queryset.model, _relations(lookups))
    found += missing
    for check in _checks(queryset, needs, lookups):
        try:
            check()
        except UnreadableError as error:
            found += error.obstacles
    return list(dict.fromkeys(found))


def _relations(lookups: dict[str, Lookup]) -> dict[str, str]:
    """The relation behind each name that a prefetch gives its result."""
    return {attr: lookup.prefetch.prefetch_through for attr, lookup in lookups.items()}


def _checks(
    queryset: QuerySet[Any], needs: Needs, lookups: dict[str, Lookup]
) -> list[Callable[[], None]]:
    """What may be different in every call: models, the queryset, and those it prefetches."""
    return [
        needs.check_models,
        partial(check_queryset, queryset, needs),
        partial(_check_related, needs, lookups),
    ]


def _check_related(needs: Needs, lookups: dict[str, Lookup]) -> None:
    for name in {route[0] for route in needs.joins}:
        if name in lookups and lookups[name].prefetch.queryset is not None:
            raise UnreadableError(f"prefetch of `{name}` has its own queryset")
    for many in needs.many:
        lookup = lookup_at((*many.key.route, many.attr), lookups)
        below = lookups_in(lookup.below) if lookup is not None else {}
        queryset: Any = lookup.prefetch.queryset if lookup is not None else None
        if queryset is not None:
            check_queryset(queryset, many.needs)
            _check_related(many.needs, below | lookups_of(queryset))
        else:
            _check_annotations({}, many.needs)
            _check_order(many.needs.model._default_manager.all(), many.needs)
            _check_related(many.needs, below)


def check_queryset(queryset: QuerySet[Any], needs: Needs) -> None:
    """Raise ``UnreadableError`` if iterating the queryset gives more than its rows say."""
    query = queryset.query
    if queryset._iterable_class is not ModelIterable or not issubclass(queryset.model, Model):
        raise UnreadableError("the queryset gives no model instances")
    for method in ("__iter__", "_fetch_all"):
        if getattr(type(queryset), method) is not getattr(QuerySet, method):
            raise UnreadableError(describe_class_override(type(queryset), method))
    if query.extra_select:
        raise UnreadableError("extra(select=…) is used")
    _check_annotations(query.annotation_select, needs)
    if needs.joins:
        _check_joins(queryset, needs)


def _check_annotations(annotations: Mapping[str, Any], needs: Needs) -> None:
    for name in needs.annotations:
        if name not in annotations:
            reason = f"neither `{needs.model.__name__}` nor the queryset has `{name}`"
            raise UnreadableError(reason)
        check_from_db_value(annotations[name].output_field)


def _check_joins(queryset: Any, needs: Needs) -> None:
    query = queryset.query
    if query.combinator:
        raise UnreadableError("a combined queryset cannot be joined")
    if query.select_for_update:
        raise UnreadableError("select_for_update() locks what is joined")
    _check_order(queryset, needs)
    known = {field.name for field in queryset._known_related_objects}
    touched = {route[0] for route in needs.joins}
    if known & touched:
        raise UnreadableError("the related object is known already")
    mode = getattr(queryset, "_fetch_mode", None)
    if mode is not None and type(mode).__name__ == "RaiseFetch":
        raise UnreadableError("fetch_mode forbids what is not loaded")


def _check_order(queryset: Any, needs: Needs) -> None:
    """A join that stock does not make may change the order in which PostgreSQL returns rows."""
    if not needs.joins or queryset.ordered or connections[queryset.db].vendor != "postgresql":
        return
    added = unselected(queryset.query, needs.joins)
    if added:
        names = ", ".join(sorted(f"`{'__'.join(route)}`" for route in added))
        raise UnreadableError(f"PostgreSQL may reorder rows without an ordering to join {names}")


class Lookup:
    """One level of `prefetch_related`: a relation, its queryset and what is below it."""

    def __init__(self, prefetch: Prefetch[Any]) -> None:
        self.prefetch = prefetch
        #: Relations of what is prefetched that are prefetched by their path from here.
        self.below: list[str] = []


def lookups_of(queryset: Any) -> dict[str, Lookup]:
    """The first level of the queryset's `prefetch_related`, by name of the result."""
    return lookups_in(queryset._prefetch_related_lookups)


def lookups_in(paths: Iterable[Any]) -> dict[str, Lookup]:
    """The first level of the arguments of a `prefetch_related`, by name of the result."""
    lookups: dict[str, Lookup] = {}
    for lookup in map(_as_prefetch, paths):
        if "__" in lookup.prefetch_through or "__" in lookup.prefetch_to:
            if lookup.queryset is not None or lookup.to_attr:
                raise UnreadableError(f"prefetch of `{lookup.prefetch_to}` has its own queryset")
            name, _, below = lookup.prefetch_to.partition("__")
            lookups.setdefault(name, Lookup(Prefetch(name))).below.append(below)
            continue
        custom = lookup.queryset
        if custom is not None and custom.query.is_sliced and not lookup.to_attr:
            raise UnreadableError(f"Django refuses the slice prefetched for `{lookup.prefetch_to}`")
        if custom is not None and lookup.prefetch_to in lookups:
            raise UnreadableError(f"Django refuses a second prefetch of `{lookup.prefetch_to}`")
        lookups.setdefault(lookup.prefetch_to, Lookup(lookup))
    return lookups


def lookup_at(path: tuple[str, ...], lookups: dict[str, Lookup]) -> Lookup | None:
    """What is prefetched at the end of a path of relations, if all of it is."""
    *route, name = path
    for step in route:
        if step not in lookups:
            return None
        lookups = lookups_in(lookups[step].below)
    return lookups.get(name)


def _as_prefetch(lookup: Any) -> Any:
    return lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
