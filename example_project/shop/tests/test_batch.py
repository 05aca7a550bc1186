"""Many calls in one request."""

from typing import Any

from django.contrib.auth.models import User

from shop.models import Order
from shop.tests.base import ShopTestCase


class BatchTests(ShopTestCase):
    def send(self, parts: Any, user: User | None = None, **options: Any) -> list[dict[str, Any]]:
        body = {"requests": parts, **options}
        answer = self.api(user).post("/api/batch/", body, format="json")
        assert answer.status_code == 200, answer.content
        responses: list[dict[str, Any]] = answer.json()["responses"]
        return responses

    def test_parts_are_answered_as_they_would_be_alone(self) -> None:
        paths = ["/api/books/?page_size=2", "/api/bestsellers/", "/api/orders/", "/admin/"]
        parts = self.send([{"path": path} for path in paths])
        assert [part["status"] for part in parts] == [200, 200, 401, 403]
        assert parts[0]["body"] == self.client.get(paths[0]).json()
        assert parts[1]["body"] == self.client.get(paths[1]).json()

    def test_an_order_and_a_look_at_it(self) -> None:
        lines = [{"book": self.on_sale()[0].pk}]
        order = {"id": "order", "method": "POST", "path": "/api/orders/", "body": {"lines": lines}}
        placed, seen = self.send([order, {"path": "/api/orders/{order.body.id}/"}], self.reader)
        assert (placed["status"], seen["status"]) == (201, 200)
        assert seen["body"] == placed["body"]

    def test_all_or_nothing(self) -> None:
        book = self.on_sale()[0].pk
        bodies = [{"reference": "b-1", "lines": [{"book": book}]}, {"lines": []}]
        parts = [{"method": "POST", "path": "/api/orders/", "body": body} for body in bodies]
        answers = self.send(parts, self.reader, atomic=True)
        assert [answer["status"] for answer in answers] == [424, 400]
        assert not Order.objects.filter(reference="b-1").exists()
