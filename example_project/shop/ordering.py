"""What happens to orders: they are placed and paid."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from shop.models import Book, Order, OrderLine


@transaction.atomic
def place_order(*, customer: User, lines: Iterable[Mapping[str, Any]], **fields: Any) -> Order:
    """Place an order of lines with ``book`` and ``quantity``, for the present prices."""
    made = [_line(**line) for line in lines]
    total = sum((line.price * line.quantity for line in made), Decimal())
    order = Order.objects.create(customer=customer, total=total, **fields)
    for line in made:
        line.order = order
    OrderLine.objects.bulk_create(made)
    return order


def _line(book: Book, **fields: Any) -> OrderLine:
    return OrderLine(book=book, title=book.title, price=book.price, **fields)


@transaction.atomic
def mark_paid(reference: str, cents: int) -> Order:
    """Mark an order as paid; to do it again changes nothing.

    Raises ``Order.DoesNotExist`` for an unknown reference, and ``ValueError`` for an amount that
    is not the total.
    """
    order = Order.objects.select_for_update().get(reference=reference)
    if order.total != Decimal(cents).scaleb(-2):
        raise ValueError(f"The order costs {order.total}.")
    if order.status != Order.Status.PAID:
        order.status, order.paid = Order.Status.PAID, timezone.now()
        # One by one, as `publish_changes` listens to `save()`.
        order.save(update_fields=["status", "paid"])
    return order
