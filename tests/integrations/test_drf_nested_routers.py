"""drf-nested-routers: routes below objects, and serializers whose URLs have several keys."""

import pytest
from django.test import override_settings
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.routers import SimpleRouter

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher
from engines import assert_same
from integrations.answers import answer, get

pytest.importorskip("rest_framework_nested")
from rest_framework_nested.relations import NestedHyperlinkedRelatedField
from rest_framework_nested.routers import NestedSimpleRouter
from rest_framework_nested.serializers import NestedHyperlinkedModelSerializer
from rest_framework_nested.viewsets import NestedViewSetMixin

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


class PublisherSerializer(serializers.HyperlinkedModelSerializer):
    books = NestedHyperlinkedRelatedField(
        many=True,
        read_only=True,
        view_name="publisher-books-detail",
        parent_lookup_kwargs={"publisher_pk": "publisher__pk"},
    )

    class Meta:
        model = Publisher
        fields = ["url", "name", "country", "books"]


class BookSerializer(NestedHyperlinkedModelSerializer):
    parent_lookup_kwargs = {"publisher_pk": "publisher__pk"}

    class Meta:
        model = Book
        fields = ["url", "title", "price", "publisher"]
        extra_kwargs = {"url": {"view_name": "publisher-books-detail"}}


class PlainBookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["title", "isbn", "price", "pages", "created", "updated"]


class Publishers(viewsets.ModelViewSet):
    queryset = Publisher.objects.order_by("pk")
    serializer_class = PublisherSerializer


class Books(NestedViewSetMixin, viewsets.ModelViewSet):
    queryset = Book.objects.select_related("publisher").order_by("pk")
    serializer_class = BookSerializer
    parent_lookup_kwargs = {"publisher_pk": "publisher__pk"}


class PlainBooks(viewsets.ModelViewSet):
    serializer_class = PlainBookSerializer

    def get_queryset(self):
        return Book.objects.filter(publisher=self.kwargs["publisher_pk"]).order_by("pk")

    def perform_create(self, serializer):
        serializer.save(publisher_id=self.kwargs["publisher_pk"])


router = SimpleRouter()
router.register("publishers", Publishers)
nested = NestedSimpleRouter(router, "publishers", lookup="publisher")
nested.register("books", Books, basename="publisher-books")
nested.register("plain", PlainBooks, basename="publisher-plain")
urlpatterns = [path("", include(router.urls)), path("", include(nested.urls))]

BOOK = {
    "title": "New",
    "isbn": "1",
    "price": "1.50",
    "pages": 3,
    "created": "2024-02-29T00:00:00Z",
    "updated": "2024-02-29T00:00:00Z",
}


@pytest.fixture
def shop():
    fill_shop(40)
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def book():
    return Book.objects.order_by("pk").first()


def test_lists_below_an_object(book):
    status, _, content = assert_same(
        lambda: get(f"/publishers/{book.publisher_id}/plain/"), tier="rows"
    )
    assert status == 200
    assert book.isbn.encode() in content


def test_one_object_below_another(book):
    url = f"/publishers/{book.publisher_id}/plain/{book.pk}/"
    assert assert_same(lambda: get(url), tier="rows")[0] == 200
    other = f"/publishers/{book.publisher_id + 1}/plain/{book.pk}/"
    assert assert_same(lambda: get(other))[0] == 404


def test_urls_with_several_keys(book):
    url = f"/publishers/{book.publisher_id}/books/"
    content = assert_same(lambda: get(url))[2]
    assert f"http://testserver{url}{book.pk}/".encode() in content
    assert assert_same(lambda: get(f"{url}{book.pk}/"))[0] == 200


def test_urls_of_related_objects():
    content = assert_same(lambda: get("/publishers/"))[2]
    assert b"/books/" in content


def test_writing(book):
    url = f"/publishers/{book.publisher_id}/plain/"
    assert assert_same(lambda: answer(url, "post", BOOK))[0] == 201
    bad = {**BOOK, "price": "many", "pages": -1}
    assert assert_same(lambda: answer(url, "post", bad))[0] == 400
    assert assert_same(lambda: answer(f"{url}{book.pk}/", "patch", {"title": "Other"}))[0] == 200
