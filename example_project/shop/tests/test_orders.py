"""Orders: whose they are, what they cost, and many at once."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

import django_rustaccel
from shop.models import Book, Order
from shop.tests.base import ShopTestCase, ask_both

ORDERS = "/api/orders/"


class OrderTests(ShopTestCase):
    def order(self, *books: Book, **changes: Any) -> dict[str, Any]:
        return {"lines": [{"book": book.pk, "quantity": 2} for book in books], **changes}

    def post(self, body: Any, user: User | None = None, url: str = ORDERS) -> Any:
        return self.api(user or self.reader).post(url, body, format="json")

    def test_an_order_costs_the_present_prices(self) -> None:
        books = self.on_sale()[:3]
        placed = self.post(self.order(*books, reference="mine-1"))
        assert placed.status_code == 201
        order = Order.objects.get(reference="mine-1")
        assert order.customer == self.reader
        assert order.total == sum((2 * book.price for book in books), Decimal())
        assert [line["title"] for line in placed.json()["lines"]] == [b.title for b in books]

    def test_everybody_sees_their_own(self) -> None:
        assert self.api().get(ORDERS).status_code == 401
        self.post(self.order(self.on_sale()[0], reference="mine"))
        self.post(self.order(self.on_sale()[0], reference="theirs"), self.other)
        stock, ours = ask_both(self.api(self.reader), ORDERS)
        assert ours.seen == stock.seen
        assert ours.tiers == {"rows": 1}
        assert b"mine" in ours.body
        assert b"theirs" not in ours.body
        theirs = Order.objects.get(reference="theirs")
        assert self.api(self.reader).get(f"{ORDERS}{theirs.pk}/").status_code == 404

    def test_wrong_orders(self) -> None:
        book = self.on_sale()[0]
        sold_out = Book.objects.exclude(status=Book.Status.ON_SALE)[0]
        self.post(self.order(book, reference="taken"))
        wrong = {
            "no lines": {"lines": []},
            "twice the same book": self.order(book, book),
            "not on sale": self.order(sold_out),
            "taken": self.order(book, reference="taken"),
            "none": {"lines": [{"book": book.pk, "quantity": 0}]},
            "no object": [],
        }
        for name, body in wrong.items():
            with self.subTest(name):
                ours = self.post(body)
                with django_rustaccel.disabled():
                    assert self.post(body).content == ours.content
                assert ours.status_code == 400
        assert Order.objects.filter(customer=self.reader, reference="taken").count() == 1

    def test_import_looks_up_together(self) -> None:
        books = self.on_sale()[:4]
        rows = [self.order(*books, reference=f"r-{number}") for number in range(10)]
        before = django_rustaccel.stats()["lookups"]
        placed = self.post(rows, url=f"{ORDERS}import/")
        after = django_rustaccel.stats()["lookups"]
        assert placed.status_code == 201
        assert [row["reference"] for row in placed.json()] == [f"r-{n}" for n in range(10)]
        # 10 references that have to be new, and 40 books.
        assert after["answered"] - before["answered"] == 50
        assert after["queries"] - before["queries"] == 2

    def test_import_is_all_or_nothing(self) -> None:
        row = self.order(self.on_sale()[0], reference="twice")
        assert self.post([row, row], url=f"{ORDERS}import/").status_code == 409
        assert not Order.objects.filter(reference="twice").exists()
