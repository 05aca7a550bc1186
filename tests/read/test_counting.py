"""Counting the rows behind a page: the number and the SQL are Django's."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, Q, QuerySet
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from bookshop.data import fill_shop
from bookshop.models import Book
from django_rustaccel.querysets import counting
from engines import captured_queries, running

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    fill_shop(6)
    counting._known.clear()


QUERYSETS = {
    "all": lambda: Book.objects.order_by("pk"),
    "filtered": lambda: Book.objects.filter(pages__gte=100, title__contains="o").order_by("pk"),
    "joined": lambda: Book.objects.filter(publisher__name__gt="A").order_by("title"),
    "many": lambda: Book.objects.filter(tags__name__gt="").order_by("pk"),
    "many, distinct": lambda: Book.objects.filter(tags__name__gt="").distinct().order_by("pk"),
    "or, not": lambda: Book.objects.filter(Q(pages=1) | ~Q(title="x")).order_by("pk"),
    "one of": lambda: Book.objects.filter(pk__in=[1, 2, 3]).order_by("pk"),
    "nothing": Book.objects.none,
    "annotated": lambda: Book.objects.annotate(n=Count("tags")).filter(n__gt=1).order_by("pk"),
    "sliced": lambda: Book.objects.order_by("pk")[1:4],
    "selected": lambda: Book.objects.select_related("publisher").order_by("pk"),
    "null": lambda: Book.objects.filter(publisher__isnull=False).order_by("pk"),
}


def counted(queryset: QuerySet[Any]) -> tuple[int, list[str]]:
    paginator = PageNumberPagination()
    paginator.page_size = 2
    request = Request(APIRequestFactory().get("/"))
    with captured_queries() as queries:
        paginator.paginate_queryset(queryset, request)
        assert paginator.page is not None
        number = paginator.page.paginator.count
    return number, [sql for sql in queries if sql.startswith("SELECT COUNT(")]


@pytest.mark.parametrize("name", QUERYSETS)
def test_the_same_number_by_the_same_statements(name: str) -> None:
    make = QUERYSETS[name]
    with running("stock"):
        expected = counted(make())
    assert [counted(make()) for _ in range(3)] == [expected] * 3


def test_values_of_later_queries_count() -> None:
    for pages in (0, 200, 10**6):
        books = Book.objects.filter(pages__gte=pages).order_by("pk")
        assert counted(books)[0] == books.count()
    assert [sql for sql in counting._known.values() if sql]


def test_wrappers_see_every_statement_once_and_as_django_made_it() -> None:
    seen: list[str] = []

    def comment(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        return execute(f"/* from here */ {sql}", params, many, context)

    with connection.execute_wrapper(comment):
        numbers = [counted(QUERYSETS["all"]())[0] for _ in range(3)]
    assert numbers == [6, 6, 6]
    assert [sql.count("from here") for sql in seen] == [0] * len(seen)


class Doubled(QuerySet[Any]):
    def count(self) -> int:
        return 2 * super().count()


def test_an_overridden_count_is_asked() -> None:
    assert counted(Doubled(Book).order_by("pk"))[0] == 12


def test_what_is_kept_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MAX_STATEMENTS", 2)
    for name in ("all", "filtered", "joined", "null"):
        counted(QUERYSETS[name]())
    assert len(counting._known) <= 2
