"""The catalogue as a file, and what sells best."""

import csv
import json

from django.core.cache import cache, caches

from django_rustaccel.cache import RustCache
from shop.api.exports import BESTSELLERS
from shop.models import OrderLine
from shop.tests.base import BOOKS, ShopTestCase, ask, ask_both


def hits() -> int:
    """How often the cache had what was asked for."""
    backend = caches["default"]
    assert isinstance(backend, RustCache)
    return backend.statistics()["hits"]


class ExportTests(ShopTestCase):
    def test_the_same_bytes_as_stock(self) -> None:
        for form, kind in (
            ("json", "application/json"),
            ("ndjson", "application/x-ndjson"),
            ("csv", "text/csv"),
        ):
            with self.subTest(form=form):
                stock, ours = ask_both(self.client, f"/api/export/books.{form}")
                assert ours.seen == stock.seen
                assert ours.content_type == kind
                assert ours.tiers == {"rows": 1}
                assert ours.queries <= stock.queries

    def test_every_form_has_every_book(self) -> None:
        listed = json.loads(ask(self.client, "/api/export/books.json").body)
        lines = ask(self.client, "/api/export/books.ndjson").body.splitlines()
        cells = csv.DictReader(ask(self.client, "/api/export/books.csv").body.decode().splitlines())
        assert len(listed) == BOOKS
        assert [json.loads(line) for line in lines] == listed
        assert [row["title"] for row in cells] == [book["title"] for book in listed]

    def test_exports_are_limited(self) -> None:
        calls = (self.client.get("/api/export/books.csv").status_code for _ in range(60))
        assert 429 in calls
        assert self.client.get("/api/export/books.xml").status_code == 404


class BestsellerTests(ShopTestCase):
    def test_the_most_copies_first_and_from_the_cache(self) -> None:
        first = ask(self.client, "/api/bestsellers/")
        sold = [book["sold"] for book in json.loads(first.body)]
        assert sold == sorted(sold, reverse=True)
        assert len(sold) == 20
        before = hits()
        OrderLine.objects.all().delete()
        again = ask(self.client, "/api/bestsellers/")
        assert again.body == first.body
        assert again.queries == 0
        assert hits() > before
        cache.delete(BESTSELLERS)
        assert ask(self.client, "/api/bestsellers/").body == b"[]"
