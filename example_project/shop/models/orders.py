"""What customers buy."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from shop.models.catalogue import Book


def new_reference() -> str:
    """A reference for a customer who brought none."""
    return str(uuid.uuid4())


class Order(models.Model):
    """An order of one customer, placed at once with all of its lines."""

    class Status(models.TextChoices):
        PLACED = "placed", "Placed"
        PAID = "paid", "Paid"

    #: Chosen by the client, so that sending an order again does not order again.
    reference = models.CharField(max_length=40, unique=True, default=new_reference)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.PLACED)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    created = models.DateTimeField(default=timezone.now)
    paid = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.reference


class OrderLine(models.Model):
    """Some copies of one book, by the title and for the price that it had when it was ordered."""

    MOST_COPIES = 1000

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    book = models.ForeignKey(Book, models.PROTECT, related_name="lines")
    quantity = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(MOST_COPIES)]
    )
    title = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["order", "book"], name="one_line_of_a_book")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"
