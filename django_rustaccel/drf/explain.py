"""Which tier serves a serializer, and why: the decisions of the read path, without reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.manager import BaseManager

from django_rustaccel.core.description import Entry
from django_rustaccel.core.origin import describe_error, location
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import install
from django_rustaccel.drf import serializers as opt_in
from django_rustaccel.drf.describe import describe, list_override, model_of, serializer_override
from django_rustaccel.drf.explain_input import explain_input
from django_rustaccel.drf.explanation import Explanation, FieldExplanation
from django_rustaccel.drf.files import url_reason
from django_rustaccel.drf.originals import BaseSerializer, ListSerializer, Serializer
from django_rustaccel.drf.reading import unread_queryset
from django_rustaccel.querysets.obstacles import Obstacle
from django_rustaccel.querysets.readable import obstacles


class UnexplainableError(Exception):
    """There is no serializer to look at, or it has no fields; the text is the reason."""


@dataclass
class _Subject:
    """What is explained: a serializer of one object, how it is used, and on what."""

    child: Any
    #: The class that stands around it with ``many=True``.
    list_class: type[ListSerializer[Any]] | None
    data: Any


def explain(serializer: Any, queryset: Any = None) -> Explanation:
    """Which tier serves a serializer, which of its fields are native, and why the others are not.

    No query is sent. Without ``queryset`` the answer is for what an instance was given; for a class
    or an empty instance it is for all objects of ``Meta.model`` with ``many=True``, or for one
    object where there is no model.

    Raises:
        TypeError: for something other than a serializer class or instance.

    """
    cls = serializer if isinstance(serializer, type) else type(serializer)
    if not issubclass(cls, BaseSerializer):
        raise TypeError(f"explain() takes a serializer class or instance, not {serializer!r}")
    try:
        subject = _subject(serializer, queryset)
        entries = _described(subject.child)
    except UnexplainableError as error:
        return Explanation(_dotted(cls), "stock", (str(error),))
    return _explained(subject, entries)


def _subject(serializer: Any, queryset: Any) -> _Subject:
    made = _made(serializer) if isinstance(serializer, type) else serializer
    list_class = type(made) if isinstance(made, ListSerializer) else None
    child = made.child if list_class else made
    data = made.instance if queryset is None else queryset
    if data is None:
        data = _all_objects(child)
    if list_class is None and _is_many(data, is_asked=queryset is not None):
        list_class = _list_class(type(child))
    return _Subject(child, list_class, data)


def _made(cls: type[Any]) -> Any:
    try:
        return cls()
    except Exception as error:
        raise UnexplainableError(
            f"`{cls.__name__}()`{location(cls.__init__)} fails: explain an instance"
            f" ({describe_error(error)})"
        ) from error


def _all_objects(child: Any) -> Any:
    """The objects that a serializer is most likely for; ``None`` if it does not say."""
    model: Any = getattr(getattr(child, "Meta", None), "model", None)
    manager: Any = getattr(model, "_default_manager", None)
    try:
        return None if manager is None else manager.all()
    except Exception as error:
        name = f"{model.__name__}.{manager.name}"
        raise UnexplainableError(
            f"`{name}` gives no queryset here: pass one to explain() ({describe_error(error)})"
        ) from error


def _is_many(data: Any, *, is_asked: bool) -> bool:
    """Whether a serializer of one object is meant for each of several."""
    if is_asked:
        return not isinstance(data, (Model, Mapping))
    return isinstance(data, (QuerySet, BaseManager, list, tuple))


def _list_class(cls: Any) -> Any:
    """The class of ``cls(many=True)``, by the rules of ``BaseSerializer.many_init``."""
    stock = opt_in.ListSerializer if issubclass(cls, opt_in.Serializer) else ListSerializer
    return getattr(getattr(cls, "Meta", None), "list_serializer_class", stock)


def _described(child: Any) -> list[Entry]:
    if not isinstance(child, Serializer):
        return []
    try:
        return describe(child)
    except Exception as error:
        raise UnexplainableError(
            f"the fields of `{type(child).__name__}` cannot be built without more: explain an"
            f" instance with its context ({describe_error(error)})"
        ) from error


def _explained(subject: _Subject, entries: list[Entry]) -> Explanation:
    child, many = subject.child, subject.list_class is not None
    queryset = unread_queryset(subject.data)
    model = getattr(queryset if queryset is not None else None, "model", None)
    found: list[Obstacle] = []
    reason = _stock_reason(subject)
    if reason:
        tier, reasons = "stock", [reason]
    else:
        reason = _instances_reason(subject, queryset)
        if not reason and queryset is not None:
            found = obstacles(entries, queryset)
        reasons = [reason] if reason else [str(obstacle) for obstacle in found]
        tier = "instances" if reasons else "rows"
    return Explanation(
        serializer=_dotted(type(child)),
        tier=tier,
        reasons=tuple(reasons),
        fields=_fields(entries, model_of(child), found, "rows" if found else tier),
        many=many,
        model=model._meta.label if model is not None else None,
        input=explain_input(child, subject.list_class, _off_reason(subject)),
    )


def _stock_reason(subject: _Subject) -> str:
    """Why DRF's own code serves the whole call."""
    reason = _off_reason(subject) or _list_reason(subject.list_class)
    return reason or serializer_override(subject.child)


def _off_reason(subject: _Subject) -> str:
    """Why nothing is native in any direction."""
    cls = type(subject.child)
    if is_disabled():
        return "inside `django_rustaccel.disabled()`"
    if not isinstance(subject.child, Serializer):
        return f"`{cls.__name__}` is no Serializer"
    if not _is_served(cls):
        return (
            'RUSTACCEL["ACCELERATE_DRF"] is off, and'
            f" `{cls.__name__}` is none of `django_rustaccel.drf.serializers`"
        )
    return ""


def _list_reason(cls: Any) -> str:
    """Why the list's own code has to run; empty for one object."""
    if cls is None or not _is_served(cls):
        return ""
    # Only the class is looked at, and making an instance properly would take over the child.
    return list_override(cls.__new__(cls))


def _is_served(cls: type) -> bool:
    opted_in = issubclass(cls, (opt_in.Serializer, opt_in.ListSerializer))
    return opted_in or install.is_active()


def _instances_reason(subject: _Subject, queryset: Any) -> str:
    """Why rows are out of the question, whatever the fields are."""
    data, cls = subject.data, subject.list_class
    if cls is None:
        return (
            "one object, loaded already"
            if data is not None
            else "no queryset: the serializer has no Meta.model"
        )
    if not _is_served(cls):
        return f"`{cls.__name__}` is none of `django_rustaccel.drf.serializers`: one by one"
    if queryset is not None:
        return ""
    if isinstance(data, QuerySet):
        return "the queryset has been read already"
    return f"`{type(data).__name__}` gives objects, not rows"


def _fields(
    entries: list[Entry], model: Any, found: list[Obstacle], tier: str, path: tuple[str, ...] = ()
) -> dict[str, FieldExplanation]:
    return {entry.name: _field(entry, model, found, tier, (*path, entry.name)) for entry in entries}


def _field(
    entry: Entry, model: Any, found: list[Obstacle], tier: str, path: tuple[str, ...]
) -> FieldExplanation:
    below = _fields(entry.node.entries, entry.node.model, found, tier, path)
    reason = entry.stock_reason or url_reason(entry, model)
    if tier == "stock" or reason:
        return FieldExplanation(entry.name, "stock", reason, below)
    reason = "; ".join(obstacle.reason for obstacle in found if obstacle.path == path)
    return FieldExplanation(entry.name, "instances" if reason else tier, reason, below)


def _dotted(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
