"""The shop of the speed contract: 15 columns a book, a publisher, three tags."""

import uuid

from django.db import models

import databases

__all__ = ["Book", "Publisher", "Tag"]


class Publisher(models.Model):
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=40, unique=True)
    colour = models.CharField(max_length=7)

    class Meta:
        # Servers may give the tags of many books in another order than those of one.
        ordering = [] if databases.selected() == "sqlite" else ["pk"]

    def __str__(self) -> str:
        return f"#{self.name}"


class Book(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ON_SALE = "sale", "On sale"
        SOLD_OUT = "gone", "Sold out"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    isbn = models.SlugField(max_length=13)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    rating = models.FloatField(null=True)
    pages = models.PositiveIntegerField()
    stock = models.IntegerField(default=0)
    in_print = models.BooleanField(default=True)
    published = models.DateField(null=True)
    created = models.DateTimeField()
    updated = models.DateTimeField()
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.DRAFT)
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="books", null=True)

    tags = models.ManyToManyField(Tag, related_name="books")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/books/{self.pk}/"

    @property
    def is_long(self) -> bool:
        return self.pages > 500

    def price_with_tax(self) -> str:
        return f"{self.price * 6 / 5:.2f}"
