"""The reading half of the speed contract, one test a row of its table.

Not collected by the default run: ``python tests/bench`` runs it and writes the table.
"""

import json
from typing import Any

import orjson
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.renderers import JSONRenderer
from rest_framework.test import APIRequestFactory

import databases
from bench.race import race
from bench.references import book_tags, drf_oxide, fetchall, orjson_over
from bookshop import views
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer

pytestmark = pytest.mark.usefixtures("shop")

GOALS = {
    "flat": {"sqlite": 20, "postgres": 25},
    "nested": {"sqlite": 15, "postgres": 20},
}


def goal(work: str) -> float:
    # MySQL has no row of its own in the contract; it is held to SQLite's.
    return GOALS[work].get(databases.selected(), GOALS[work]["sqlite"])


def flat_books() -> Any:
    return Book.objects.order_by("pk")


def nested_books() -> Any:
    return flat_books().select_related("publisher").prefetch_related("tags")


def render(data: Any) -> bytes:
    return JSONRenderer().render(data)


def test_flat_rows(benchmark: BenchmarkFixture) -> None:
    race(
        benchmark,
        lambda: render(BookSerializer(flat_books(), many=True).data),
        title="1,000 flat rows, queryset to bytes",
        goal=goal("flat"),
        references={
            "orjson": orjson_over(BookSerializer, flat_books),
            **drf_oxide(False, flat_books),
            "fetchall": fetchall(flat_books()),
        },
    )


def test_nested_rows(benchmark: BenchmarkFixture) -> None:
    race(
        benchmark,
        lambda: render(NestedBookSerializer(nested_books(), many=True).data),
        title="1,000 nested rows (FK + M2M, prefetched)",
        goal=goal("nested"),
        references={
            "orjson": orjson_over(NestedBookSerializer, nested_books),
            **drf_oxide(True, nested_books),
            "fetchall": fetchall(nested_books(), book_tags()),
        },
    )


def test_list_view(benchmark: BenchmarkFixture) -> None:
    view, request = views.NestedBookList.as_view(), APIRequestFactory().get("/nested/?page=2")
    page = nested_books()[25:50]
    tags = book_tags().filter(book__in=[book.pk for book in page])
    race(
        benchmark,
        lambda: view(request).render().content,
        title="`ListAPIView` page of 25 nested rows, whole view call",
        goal=8,
        references={"fetchall": fetchall(page, tags)},
    )


def test_retrieve_view(benchmark: BenchmarkFixture) -> None:
    book = nested_books()[500]
    view, request = views.BookDetail.as_view(), APIRequestFactory().get(f"/books/{book.pk}/")
    race(
        benchmark,
        lambda: view(request, pk=book.pk).render().content,
        title="`RetrieveAPIView`, one nested object, whole view call",
        goal=3,
        references={
            "fetchall": fetchall(nested_books().filter(pk=book.pk), book_tags().filter(book=book))
        },
    )


def test_loaded_instances(benchmark: BenchmarkFixture) -> None:
    books = list(nested_books())
    race(
        benchmark,
        lambda: render(NestedBookSerializer(books, many=True).data),
        title="instances tier: `.data` then render of 1,000 loaded instances",
        goal=12,
        references={
            "orjson": orjson_over(NestedBookSerializer, lambda: books),
            **drf_oxide(True, lambda: books),
        },
    )


def test_render(benchmark: BenchmarkFixture) -> None:
    plain = json.loads(render(NestedBookSerializer(nested_books(), many=True).data))
    race(
        benchmark,
        lambda: render(plain),
        title="`JSONRenderer.render` of a plain Python structure",
        goal=5,
        references={"orjson": lambda: orjson.dumps(plain)},
    )
