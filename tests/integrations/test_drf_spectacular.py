"""drf-spectacular: the same OpenAPI document, whatever was compiled before it was asked for."""

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework import serializers, viewsets

from bookshop.data import fill_shop
from bookshop.models import Book, Everything, Tag
from bookshop.serializers import BookSerializer, NestedBookSerializer
from bookshop.views import Cursor, Page
from engines import assert_same
from integrations.answers import get

pytest.importorskip("drf_spectacular")
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_field,
    inline_serializer,
)
from drf_spectacular.validation import validate_schema
from drf_spectacular.views import SpectacularAPIView

pytestmark = pytest.mark.django_db


class EverythingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Everything
        fields = "__all__"
        read_only_fields = ["big"]


class ManyKinds(serializers.Serializer):
    """Fields by how the document describes them."""

    number = serializers.IntegerField(min_value=1, max_value=9, help_text="one digit")
    words = serializers.ListField(child=serializers.CharField(max_length=3), min_length=1)
    by_name = serializers.DictField(child=serializers.FloatField())
    choice = serializers.MultipleChoiceField(choices=["a", "b"])
    tag = serializers.SlugRelatedField("name", queryset=Tag.objects.all(), many=True)
    secret = serializers.CharField(write_only=True, required=False)
    counted = serializers.SerializerMethodField()
    shape = serializers.SerializerMethodField()
    later = serializers.DateTimeField(default="2024-02-29", allow_null=True)

    def get_counted(self, instance) -> int:
        return 1

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_shape(self, instance):
        return []


class ViewSet(viewsets.ModelViewSet):
    schema = AutoSchema()


# The setting that projects have is read with DRF's first view, and by every `extend_schema`.
with override_settings(
    REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema"}
):

    class Books(ViewSet):
        """Shop."""

        queryset = Book.objects.order_by("pk")
        serializer_class = BookSerializer
        pagination_class = Page

        @extend_schema(
            parameters=[OpenApiParameter("depth", int)],
            responses={
                200: PolymorphicProxySerializer(
                    "Either", [BookSerializer, NestedBookSerializer], resource_type_field_name=None
                ),
                404: inline_serializer("Lost", {"reason": serializers.CharField()}),
            },
        )
        def retrieve(self, request, *args, **kwargs):
            return super().retrieve(request, *args, **kwargs)


class NestedBooks(ViewSet):
    queryset = Book.objects.order_by("pk")
    serializer_class = NestedBookSerializer
    pagination_class = Cursor


class Everythings(ViewSet):
    queryset = Everything.objects.all()
    serializer_class = EverythingSerializer


class Kinds(ViewSet):
    queryset = Tag.objects.all()
    serializer_class = ManyKinds


LIST = {"get": "list", "post": "create"}
DETAIL = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
VIEWS = {"books": Books, "nested": NestedBooks, "everything": Everythings, "kinds": Kinds}
urlpatterns = []
for name, view in VIEWS.items():
    urlpatterns += [
        path(f"{name}/", view.as_view(LIST)),
        path(f"{name}/<int:pk>/", view.as_view(DETAIL)),
    ]
urlpatterns.append(path("schema/", SpectacularAPIView.as_view(urlconf=[*urlpatterns])))


@pytest.fixture(autouse=True)
def _urls():
    with override_settings(ROOT_URLCONF=__name__):
        yield


def document():
    return SchemaGenerator(patterns=urlpatterns[:-1]).get_schema(request=None, public=True)


def test_the_document():
    found = assert_same(document)
    validate_schema(found)
    assert {"Book", "NestedBook", "Everything", "ManyKinds", "Lost"} <= {
        *found["components"]["schemas"]
    }


def test_after_plans_were_compiled():
    fill_shop(30)
    before = document()
    for url in ("/books/", "/nested/", "/everything/"):
        assert get(url)[0] == 200
    assert assert_same(document) == before


def test_rows_after_the_document():
    fill_shop(30)
    document()
    for url in ("/books/", "/nested/"):
        assert_same(lambda url=url: get(url), tier="rows")


@pytest.mark.parametrize("media_type", ["application/vnd.oai.openapi+json", "application/yaml"])
def test_the_view(media_type):
    status, _, content = assert_same(lambda: get("/schema/", accept=media_type))
    assert status == 200
    assert b"NestedBook" in content
