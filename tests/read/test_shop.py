"""The serializers of the speed contract give the same data, types and bytes on both engines."""

import pytest
from rest_framework.test import APIClient

from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from engines import assert_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    fill_shop(60)


def test_flat_rows():
    data = assert_same(
        lambda: BookSerializer(Book.objects.order_by("pk"), many=True).data, tier="rows"
    )
    assert len(data) == 60
    assert len(data[0]) == 15


def test_nested_rows():
    books = Book.objects.select_related("publisher").prefetch_related("tags").order_by("pk")
    data = assert_same(lambda: NestedBookSerializer(books.all(), many=True).data, tier="rows")
    assert len(data[0]["tags"]) == 3


def test_relations_fetched_row_by_row_come_in_one_query():
    books = Book.objects.order_by("pk")
    assert_same(lambda: NestedBookSerializer(books.all(), many=True).data, fewer_queries=True)


def test_loaded_instances():
    books = list(Book.objects.select_related("publisher").prefetch_related("tags").order_by("pk"))
    assert_same(lambda: NestedBookSerializer(books, many=True).data, tier="instances")


@pytest.mark.parametrize(
    "path",
    [
        "/books/",
        "/books/0/",
        "/nested/",
        "/nested/?page=2&size=7",
        "/nested/window/?offset=50",
        "/nested/cursor/",
        "/nested/?page=99",
    ],
)
def test_views(path):
    def get():
        response = APIClient().get(path)
        return response.status_code, dict(response.headers), response.content

    assert_same(get)
