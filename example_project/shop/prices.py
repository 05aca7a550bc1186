"""New prices for many books at once."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import full_clean_many
from shop.feeds import tell_prices
from shop.models import Book


def change_prices(changes: Iterable[Mapping[str, Any]]) -> int:
    """Set each ``price`` of each ``book``, all or none; returns how many.

    Raises DRF's ``ValidationError`` with what the model says, by position.
    """
    books = [_changed(**change) for change in changes]
    if len({book.pk for book in books}) < len(books):
        raise ValidationError("A book can have one new price only.")
    try:
        full_clean_many(books)
    except BulkValidationError as error:
        raise ValidationError({str(key): value for key, value in error.as_dict().items()}) from None
    with transaction.atomic():
        tell_prices(books)
        return Book.objects.bulk_update(books, ["price", "updated"])


def _changed(book: Book, price: Decimal) -> Book:
    book.price, book.updated = price, timezone.now()
    return book
