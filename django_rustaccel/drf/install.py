"""Acceleration in place: DRF's own classes, whoever imported or subclassed them already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from rest_framework import mixins, pagination, response
from rest_framework.fields import empty

from django_rustaccel.conf import settings
from django_rustaccel.core.origin import belongs_to, location
from django_rustaccel.drf import (
    describe,
    describe_input,
    framework,
    input_rules,
    kinds,
    originals,
    reading,
    retrieving,
    writing,
)
from django_rustaccel.drf import pagination as lazy_pagination
from django_rustaccel.drf.lazy import look_within
from django_rustaccel.drf.parsers import parse_json
from django_rustaccel.drf.renderers import JSONRenderer, render_json

#: What a renderer class may have as ``render`` and write lazy lists without looking at them.
NATIVE_RENDERS: set[Any] = {JSONRenderer.render}

PAGINATORS = (pagination.PageNumberPagination, pagination.LimitOffsetPagination)


def install() -> None:
    """Serve DRF's own classes natively; doing it twice changes nothing more."""
    if is_installed():
        return
    _install_reading()
    _install_writing()
    _install_rendering()
    _install_responding()
    _install_parsing()
    for paginator in PAGINATORS:
        _install_pagination(paginator, lazy_pagination.paginate)
    _install_pagination(pagination.CursorPagination, lazy_pagination.paginate_by_cursor)
    _install_retrieving()


def is_installed() -> bool:
    """Whether native methods stand in DRF's own classes."""
    return getattr(originals.Serializer.to_representation, "is_accelerated", False)


def is_active() -> bool:
    """Whether DRF's own classes are served natively at this moment."""
    return is_installed() and settings.accelerate_drf


def replaced_by_others() -> Iterator[str]:
    """Which of the methods that are served natively are no longer, or never were, DRF's own.

    Classes of other packages that stand under DRF's names come first.
    """
    yield from originals.swapped()
    served: list[tuple[Any, str]] = [
        (originals.Serializer, "to_representation"),
        (originals.ListSerializer, "to_representation"),
        (originals.ListSerializer, "data"),
        (originals.Serializer, "run_validation"),
        (originals.Serializer, "to_internal_value"),
        (originals.ListSerializer, "to_internal_value"),
        (originals.JSONRenderer, "render"),
        (originals.JSONParser, "parse"),
        (mixins.RetrieveModelMixin, "retrieve"),
        *((paginator, "paginate_queryset") for paginator in PAGINATORS),
        (pagination.CursorPagination, "paginate_queryset"),
        *((field, "to_representation") for field in kinds.MIRRORED),
        *((field, "to_internal_value") for field in input_rules.MIRRORED),
    ]
    for cls, name in served:
        method = getattr(cls, name)
        method = getattr(method, "fget", method)
        stock = method.__wrapped__ if getattr(method, "is_accelerated", False) else method
        if not belongs_to(stock, "rest_framework"):
            yield f"`{cls.__name__}.{name}` of DRF is replaced{location(stock)}."


def _while_on(native: Callable[..., Any], stock: Callable[..., Any]) -> Callable[..., Any]:
    """``native`` while the setting is on and ``stock`` while it is off.

    Asked in every call, which takes 0.3 microseconds: what was put into a class may have been
    copied, wrapped or subclassed by then, so that taking it out again would not reach all of it.
    What another package has put in the place of DRF's own method is not mirrored: it runs.
    """
    if not belongs_to(stock, "rest_framework"):
        native = stock

    @wraps(stock)
    def method(*args: Any, **kwargs: Any) -> Any:
        return (native if settings.accelerate_drf else stock)(*args, **kwargs)

    method.is_accelerated = True  # type: ignore[attr-defined]
    return method


def _install_reading() -> None:
    def to_representation(self: Any, instance: Any) -> Any:
        return reading.represent_one(self, instance, describe.STOCK_SERIALIZER)

    def list_to_representation(self: Any, data: Any) -> Any:
        return reading.represent_many(self, data, describe.STOCK_LIST)

    def list_data(self: Any) -> Any:
        return reading.list_data(self, describe.STOCK_LIST_DATA)

    one: Any = originals.Serializer
    many: Any = originals.ListSerializer
    one.to_representation = _while_on(to_representation, describe.STOCK_SERIALIZER)
    many.to_representation = _while_on(list_to_representation, describe.STOCK_LIST)
    many.data = property(_while_on(list_data, describe.STOCK_LIST_DATA))
    if describe.SERIALIZER_METHODS:
        describe.SERIALIZER_METHODS.add(one.to_representation)
    if describe.LIST_METHODS:
        describe.LIST_METHODS.add(many.to_representation)


def _install_writing() -> None:
    def run_validation(self: Any, data: Any = empty) -> Any:
        return writing.run_validation(self, data, describe_input.STOCK_RUN)

    def to_internal_value(self: Any, data: Any) -> Any:
        return writing.fields_to_internal_value(self, data, describe_input.STOCK_FIELDS)

    def list_to_internal_value(self: Any, data: Any) -> Any:
        return writing.rows_to_internal_value(self, data, describe_input.STOCK_ROWS)

    one: Any = originals.Serializer
    many: Any = originals.ListSerializer
    framework.count_frames_of_users()
    one.run_validation = _while_on(run_validation, describe_input.STOCK_RUN)
    one.to_internal_value = _while_on(to_internal_value, describe_input.STOCK_FIELDS)
    many.to_internal_value = _while_on(list_to_internal_value, describe_input.STOCK_ROWS)
    for methods, method in (
        (describe_input.RUN_METHODS, one.run_validation),
        (describe_input.FIELDS_METHODS, one.to_internal_value),
        (describe_input.ROWS_METHODS, many.to_internal_value),
    ):
        if methods:
            methods.add(method)


def _install_rendering() -> None:
    cls: Any = originals.JSONRenderer
    stock = cls.render

    def render(
        self: Any, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return render_json(self, data, accepted_media_type, renderer_context, stock)

    cls.render = _while_on(render, stock)
    if belongs_to(stock, "rest_framework"):
        NATIVE_RENDERS.add(cls.render)


def _install_responding() -> None:
    """Give other renderers than the native one lists that have been made."""
    cls: Any = response.Response
    stock = cls.rendered_content.fget

    def rendered_content(self: Any) -> Any:
        renderer = getattr(self, "accepted_renderer", None)
        if getattr(type(renderer), "render", None) not in NATIVE_RENDERS:
            look_within(self.data)
        return stock(self)

    cls.rendered_content = property(_while_on(rendered_content, stock))


def _install_parsing() -> None:
    cls: Any = originals.JSONParser
    stock = cls.parse

    def parse(
        self: Any, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        return parse_json(self, stream, media_type, parser_context, stock)

    cls.parse = _while_on(parse, stock)


def _install_pagination(cls: Any, paginate: Callable[..., Any]) -> None:
    stock = cls.paginate_queryset

    def paginate_queryset(self: Any, queryset: Any, request: Any, view: Any = None) -> Any:
        return paginate(self, queryset, request, view, stock)

    cls.paginate_queryset = _while_on(paginate_queryset, stock)


def _install_retrieving() -> None:
    cls: Any = mixins.RetrieveModelMixin
    stock = cls.retrieve

    def retrieve(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return retrieving.retrieve(self, request, args, kwargs, stock)

    cls.retrieve = _while_on(retrieve, stock)
