"""The shop answers the same from Rust: ``manage.py test``."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext, override_settings

import django_rustaccel
from shop.generate import generate
from shop.models import Book


@override_settings(ALLOWED_HOSTS=["testserver", "localhost"])
class ShopTests(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        for _ in generate(60):
            pass

    def answer(self, url: str) -> tuple[int, str, bytes, int]:
        with CaptureQueriesContext(connection) as queries:
            response = self.client.get(url)
        return response.status_code, response["Content-Type"], response.content, len(queries)

    def test_every_endpoint(self) -> None:
        pk = Book.objects.values_list("pk", flat=True)[0]
        for url in ("/api/books/", "/api/books/?page=2", f"/api/books/{pk}/"):
            with self.subTest(url=url):
                with django_rustaccel.disabled():
                    *stock, most = self.answer(url)
                before = django_rustaccel.stats()["read"]["rows"]
                *ours, queries = self.answer(url)
                assert ours == stock
                assert ours[0] == 200
                assert queries <= most
                assert django_rustaccel.stats()["read"]["rows"] == before + 1

    def test_what_is_not_there(self) -> None:
        for url in ("/api/books/0/", "/api/books/?page=99"):
            with django_rustaccel.disabled():
                stock = self.answer(url)
            assert self.answer(url) == stock
            assert stock[0] == 404
