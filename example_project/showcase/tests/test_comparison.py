"""What is compared, and that it is compared truly."""

from unittest.mock import patch

from django.http import HttpRequest, HttpResponse
from django.test import TestCase

from django_rustaccel.core.switch import is_disabled
from shop.models import Book
from showcase.comparison import FEWEST, Comparison, ComparisonError, Side, compare
from showcase.endpoints import BY_KEY, ENDPOINTS, Endpoint
from showcase.tests.data import fill_shop


def endpoint_of(view: object) -> Endpoint:
    return Endpoint("test", "A test", "", lambda: "/test/", own_view=view)  # type: ignore[arg-type]


class EndpointTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        fill_shop()

    def test_every_endpoint_gives_the_same_bytes_natively(self) -> None:
        for endpoint in ENDPOINTS:
            with self.subTest(endpoint.key):
                comparison = compare(endpoint, rounds=2)
                assert comparison.identical, comparison.difference
                assert comparison.stock.size == comparison.accelerated.size > 0
                assert comparison.stock.tier == "stock"
                assert comparison.accelerated.tier != "stock"
                assert comparison.accelerated.queries <= comparison.stock.queries

    def test_the_import_validates_natively_and_leaves_nothing(self) -> None:
        comparison = compare(BY_KEY["import"], rounds=2)
        assert comparison.accelerated.writes == "native"
        assert comparison.accelerated.queries < comparison.stock.queries
        assert Book.objects.count() == 30

    def test_only_queries_of_the_view_are_counted(self) -> None:
        assert compare(BY_KEY["one"], rounds=2).stock.queries == 2  # the book, and its tags

    def test_keys_are_unique(self) -> None:
        assert len(BY_KEY) == len(ENDPOINTS)


class EmptyShopTests(TestCase):
    def test_a_missing_book_is_told(self) -> None:
        with self.assertRaisesMessage(ComparisonError, "answered 404"):
            compare(BY_KEY["one"])

    def test_an_empty_list_is_compared(self) -> None:
        assert compare(BY_KEY["page"], rounds=2).identical


class ComparisonTests(TestCase):
    def test_a_difference_is_shown(self) -> None:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse('{"engine": "stock"}' if is_disabled() else '{"engine": "Rust"}')

        comparison = compare(endpoint_of(view))
        assert not comparison.identical
        assert "byte 12" in comparison.difference
        assert ".engine" in comparison.difference

    def test_engines_take_turns(self) -> None:
        engines = []

        def view(request: HttpRequest) -> HttpResponse:
            engines.append(is_disabled())
            return HttpResponse("{}")

        assert compare(endpoint_of(view), rounds=10).rounds == 10
        assert engines == [True, False] * 11  # once more for bytes and queries

    def test_slow_views_get_fewer_rounds(self) -> None:
        with patch("showcase.comparison.SECONDS", 0.0):
            comparison = compare(endpoint_of(lambda request: HttpResponse("{}")), rounds=50)
        assert comparison.rounds == FEWEST

    def test_bars_share_a_scale(self) -> None:
        stock = Side(8.0, 10.0, 120.0, 3, 9, "stock", "")
        ours = Side(2.0, 2.5, 480.0, 3, 9, "rows", "native")
        comparison = Comparison("key", "Title", 10, stock, ours, difference="")
        assert [(bar.median, bar.p95) for bar in comparison.bars] == [(80.0, 100.0), (20.0, 25.0)]
        assert comparison.ratio == 4.0
        assert ours.served_by == "rows, native validation"
