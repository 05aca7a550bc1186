"""A site for hyperlinks to books, and how links of both engines are compared."""

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter
from rest_framework import routers, serializers, viewsets
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from bookshop import models
from engines import assert_same


def view(request, **kwargs):
    return HttpResponse()


class EvenConverter(IntConverter):
    """Takes the regular expression of integers, spells even ones only."""

    def to_url(self, value):
        if int(value) % 2:
            raise ValueError
        return f"{value:05}"


class ShortConverter(IntConverter):
    regex = "[0-9]"


register_converter(EvenConverter, "even")
register_converter(ShortConverter, "short")


class BookViews(viewsets.ModelViewSet):
    queryset = models.Book.objects.order_by("pk")

    def get_serializer_class(self):
        return books(
            url=serializers.HyperlinkedIdentityField("routed-detail"),
            link=serializers.HyperlinkedIdentityField("book"),
        )


router = routers.DefaultRouter()
router.register("routed", BookViews, basename="routed")

named = [
    path("b/<int:pk>/", view, name="book"),
    path("p-ü/<int:pk>", view, name="publisher"),
]

urlpatterns = [
    *named,
    path("", include(router.urls)),
    path("tags/<str:name>/", view, name="tag"),
    re_path(r"^tagged/(?P<label>[^/.]+)/$", view, name="tagged"),
    re_path(r"^slugs/(?P<isbn>[-\w]+)$", view, name="slugged"),
    path("uuid/<uuid:uuid>/end.json", view, name="by-uuid"),
    path("path/<path:pk>", view, name="by-path"),
    path("short/<short:pk>/", view, name="short"),
    path("even/<even:pk>/", view, name="even"),
    path("twice/<short:pk>/", view, name="twice"),
    path("twice/again/<int:pk>/", view, name="twice"),
    re_path(r"^odd/(?!3)(?P<pk>[0-9]+)(?:/more)?/$", view, name="odd"),
    re_path(r"^unnamed/([0-9]+)/$", view, name="unnamed"),
    path("default/<int:pk>/", view, {"lang": "en"}, name="defaulted"),
    path("100%/<int:pk>/", view, name="percent"),
    path("dots/../<int:pk>/", view, name="dots"),
    path("<str:version>/versioned/<int:pk>/", view, name="versioned"),
    path("v1/", include((named, "shop"), namespace="v1")),
    path("v2/", include((named, "shop"), namespace="v2")),
    path("t/<slug:tenant>/", include((named, "tenant"))),
    re_path(r"^format/(?P<pk>[0-9]+)\.(?P<format>[a-z]+)$", view, name="formatted"),
    *i18n_patterns(path("local/<int:pk>/", view, name="local")),
]

MARKS = [
    pytest.mark.django_db,
    pytest.mark.urls(__name__),
    pytest.mark.usefixtures("linked_shop"),
]

identity = serializers.HyperlinkedIdentityField
related = serializers.HyperlinkedRelatedField


def books(**fields):
    meta = type("Meta", (), {"model": models.Book, "fields": list(fields)})
    return type("Links", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def context(scheme=None, version=None, query="", **more):
    request = Request(APIRequestFactory().get(f"/somewhere/?{query}"))
    if scheme is not None:
        request.versioning_scheme, request.version = scheme(), version
    return {"request": request, **more}


def assert_links(field, given=None, tier="rows", queryset=None, settle=True):
    """The field over rows, over instances and as bytes, on both engines."""
    given = context() if given is None else given
    queryset = models.Book.objects.order_by("pk") if queryset is None else queryset
    read = books(link=field)

    def data():
        return read(queryset.all(), many=True, context=given).data

    if tier == "rows" and settle:
        assert b"http" in assert_same(lambda: JSONRenderer().render(data()), tier=tier)
    assert_same(lambda: read(list(queryset.all()), many=True, context=given).data)
    return assert_tier(data, tier)


def assert_tier(data, tier):
    rows = assert_same(data)
    if rows is not None:  # An error is no call of any tier.
        assert_same(data, tier=tier)
    return rows


def assert_reads(read, queryset):
    assert_tier(lambda: read(queryset.all(), many=True, context=context()).data, "rows")
    instances = list(queryset)
    assert_same(lambda: read(instances, many=True, context=context()).data)
