"""django-filter: filtered lists are read as rows, and wrong filters are the same errors."""

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework import generics
from rest_framework.filters import OrderingFilter, SearchFilter

from bookshop.data import fill_shop
from bookshop.models import Book, Tag
from bookshop.serializers import BookSerializer
from bookshop.views import NestedBookList, Page
from engines import assert_same
from integrations.answers import get

filters = pytest.importorskip("django_filters")
from django_filters.rest_framework import DjangoFilterBackend, FilterSet  # noqa: E402

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


class BookFilter(FilterSet):
    cheaper = filters.NumberFilter("price", "lt")
    tag = filters.CharFilter("tags__name", "iexact", distinct=True)
    long = filters.BooleanFilter(method="filter_long")
    order = filters.OrderingFilter(fields=["title", "price"])

    class Meta:
        model = Book
        fields = {
            "publisher": ["exact", "isnull"],
            "publisher__country": ["exact", "in"],
            "created": ["date__gte", "year"],
            "status": ["exact"],
            "uuid": ["exact"],
            "published": ["range"],
        }

    def filter_long(self, queryset, name, value):
        return queryset.filter(pages__gt=500) if value else queryset.filter(pages__lte=500)


class Filtered(generics.ListAPIView):
    queryset = Book.objects.order_by("pk")
    serializer_class = BookSerializer
    filter_backends = [DjangoFilterBackend, SearchFilter, OrderingFilter]
    filterset_class = BookFilter
    search_fields = ["title", "publisher__name"]
    ordering_fields = ["price", "pk"]


class FilteredPages(NestedBookList):
    filter_backends = [DjangoFilterBackend]
    filterset_fields = ["in_print", "tags"]
    pagination_class = Page


class FilteredBook(generics.RetrieveAPIView):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = BookFilter


urlpatterns = [
    path("books/", Filtered.as_view()),
    path("pages/", FilteredPages.as_view()),
    path("books/<int:pk>/", FilteredBook.as_view()),
]


@pytest.fixture
def shop():
    fill_shop(60)
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.mark.parametrize(
    "query",
    [
        "",
        "cheaper=5000",
        "tag=tag-3",
        "long=true&order=-price",
        "long=false&publisher__isnull=false",
        "publisher__country=de",
        "publisher__country__in=de,fr&ordering=-price",
        "created__date__gte=2010-01-01&created__year=2012",
        "status=sale&search=river",
        "published_after=2001-01-01&order=title",
    ],
)
def test_lists(query):
    status, _, content = assert_same(lambda: get(f"/books/?{query}"), tier="rows")
    assert status == 200
    assert len(content) > 2


@pytest.mark.parametrize(
    "query", ["in_print=true", "tags={tag}&size=2", "in_print=true&size=5&page=2"]
)
def test_pages(query):
    url = f"/pages/?{query.format(tag=Tag.objects.first().pk)}"
    assert assert_same(lambda: get(url), tier="rows")[0] == 200


@pytest.mark.parametrize(
    "query",
    [
        "cheaper=much",
        "status=lost&uuid=1",
        "publisher=999999",
        "publisher__country__in=de,xx",
        "created__year=next&order=colour",
        "long=perhaps",
        "published_after=today",
    ],
)
def test_what_is_refused(query):
    assert_same(lambda: get(f"/books/?{query}"))


def test_errors_are_errors():
    status, _, content = assert_same(lambda: get("/books/?cheaper=much&publisher=999999"))
    assert status == 400
    assert b'"cheaper"' in content
    assert b'"publisher"' in content


@pytest.mark.parametrize(("query", "expected"), [("", 200), ("cheaper=0", 404), ("uuid=1", 400)])
def test_single_objects(query, expected):
    pk = Book.objects.first().pk
    tier = "rows" if expected == 200 else None
    assert assert_same(lambda: get(f"/books/{pk}/?{query}"), tier=tier)[0] == expected
