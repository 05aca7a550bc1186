"""Which books are looked at, as the shop's apps report it."""

from django.db import models
from django.utils import timezone

from shop.models.catalogue import Book


class Visit(models.Model):
    """Somebody looked at a book for some seconds."""

    book = models.ForeignKey(Book, models.CASCADE, related_name="visits")
    seconds = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.seconds} s"
