"""The basket in a signed cookie."""

from typing import Any

from django.core.signing import get_cookie_signer

from django_rustaccel.signing import TimestampSigner
from shop.api.basket import COOKIE
from shop.tests.base import ShopTestCase

BASKET = "/api/basket/"


class BasketTests(ShopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.lines = [{"book": book.pk, "quantity": 2} for book in self.on_sale()[:3]]

    def test_the_client_keeps_it(self) -> None:
        assert self.client.get(BASKET).json() == []
        put = self.client.put(BASKET, self.lines, "application/json")
        assert put.json() == self.lines
        assert self.client.get(BASKET).json() == self.lines
        assert put.cookies[COOKIE]["httponly"]

    def test_it_is_signed_natively(self) -> None:
        assert isinstance(get_cookie_signer(), TimestampSigner)
        self.client.put(BASKET, self.lines, "application/json")
        value = self.client.cookies[COOKIE].value
        self.client.cookies[COOKIE] = value.replace("2", "9", 1)
        assert self.client.get(BASKET).json() == []

    def test_wrong_lines(self) -> None:
        none = {"book": self.lines[0]["book"], "quantity": 0}
        wrong: list[Any] = [[{"book": 0}], [none], {}]
        for lines in wrong:
            with self.subTest(lines=lines):
                answer = self.client.put(BASKET, lines, "application/json")
                assert answer.status_code == 400
                assert COOKIE not in answer.cookies
