"""Webhooks of the payment provider."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.conf import settings

from shop.models import Order
from shop.tests.base import ShopTestCase


def signature(body: bytes, secret: str, moment: float) -> str:
    """What the provider sends in ``Stripe-Signature``."""
    signed = f"{int(moment)}.".encode() + body
    return f"t={int(moment)},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class PaymentTests(ShopTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = Order.objects.filter(status=Order.Status.PLACED)[0]

    def send(self, event: Any, secret: str = settings.PAYMENT_SECRET, age: float = 0) -> Any:
        body = json.dumps(event).encode()
        headers = {"stripe-signature": signature(body, secret, time.time() - age)}
        return self.client.post("/api/payments/", body, "application/json", headers=headers)

    def paid(self, **changes: Any) -> dict[str, Any]:
        payment = {"reference": self.order.reference, "amount": int(self.order.total * 100)}
        return {"type": "payment.succeeded", "payment": {**payment, **changes}}

    def test_a_payment_is_written_down_once(self) -> None:
        assert self.send(self.paid()).json() == {"status": "paid"}
        self.order.refresh_from_db()
        assert self.order.status == Order.Status.PAID
        first = self.order.paid
        assert self.send({**self.paid(), "try": 2}).status_code == 200
        self.order.refresh_from_db()
        assert self.order.paid == first

    def test_the_same_message_again_is_refused(self) -> None:
        event = self.paid()
        body = json.dumps(event).encode()
        headers = {"stripe-signature": signature(body, settings.PAYMENT_SECRET, time.time())}
        with self.assertLogs("django_rustaccel.webhooks", "WARNING"):
            found = [
                self.client.post("/api/payments/", body, "application/json", headers=headers)
                for _ in range(2)
            ]
        assert [answer.status_code for answer in found] == [200, 401]

    def test_bad_signatures(self) -> None:
        with self.assertLogs("django_rustaccel.webhooks", "WARNING") as logged:
            assert self.send(self.paid(), secret="guessed").status_code == 401
            assert self.send(self.paid(), age=3600).status_code == 401
            unsigned = self.client.post("/api/payments/", self.paid(), "application/json")
        assert len(logged.output) == 3
        assert unsigned.status_code == 401
        assert unsigned["Content-Type"] == "application/problem+json"
        self.order.refresh_from_db()
        assert self.order.status == Order.Status.PLACED

    def test_what_does_not_fit(self) -> None:
        assert self.send(self.paid(reference="nobody's")).status_code == 404
        assert self.send(self.paid(amount=1)).status_code == 409
        assert self.send({"type": "payment.succeeded", "payment": {}}).status_code == 400
        assert self.send({"type": "customer.created"}).json() == {"status": "ignored"}
        assert self.send({"type": "x" * 70_000}).status_code == 413
