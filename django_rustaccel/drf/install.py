"""Acceleration in place: DRF's own classes, whoever imported or subclassed them already."""

from __future__ import annotations

from typing import Any

from rest_framework import pagination, renderers, serializers

from django_rustaccel.drf import describe, pagination as lazy_pagination, reading
from django_rustaccel.drf.renderers import render_json


def install() -> None:
    """Serve DRF's own classes natively; doing it twice changes nothing more."""
    if getattr(serializers.Serializer.to_representation, "is_accelerated", False):
        return
    _install_reading()
    _install_rendering()
    for paginator in (pagination.PageNumberPagination, pagination.LimitOffsetPagination):
        _install_pagination(paginator)


def _install_reading() -> None:
    def to_representation(self: Any, instance: Any) -> Any:
        return reading.represent_one(self, instance, describe.STOCK_SERIALIZER)

    def list_to_representation(self: Any, data: Any) -> Any:
        return reading.represent_many(self, data, describe.STOCK_LIST)

    def list_data(self: Any) -> Any:
        return reading.list_data(self, describe.STOCK_LIST_DATA)

    to_representation.is_accelerated = True  # type: ignore[attr-defined]
    describe.SERIALIZER_METHODS.add(to_representation)
    describe.LIST_METHODS.add(list_to_representation)
    serializers.Serializer.to_representation = to_representation
    serializers.ListSerializer.to_representation = list_to_representation
    serializers.ListSerializer.data = property(list_data)


def _install_rendering() -> None:
    stock = renderers.JSONRenderer.render

    def render(
        self: Any, data: Any, accepted_media_type: Any = None, renderer_context: Any = None
    ) -> bytes:
        return render_json(self, data, accepted_media_type, renderer_context, stock)

    renderers.JSONRenderer.render = render


def _install_pagination(cls: Any) -> None:
    stock = cls.paginate_queryset

    def paginate_queryset(self: Any, queryset: Any, request: Any, view: Any = None) -> Any:
        return lazy_pagination.paginate(self, queryset, request, view, stock)

    cls.paginate_queryset = paginate_queryset
