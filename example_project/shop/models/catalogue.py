"""Books with one column of every common kind, two relations forward and one to many."""

import uuid
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone


class Publisher(models.Model):
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)

    def __str__(self) -> str:
        return self.name


class Author(models.Model):
    name = models.CharField(max_length=100)
    born = models.DateField()

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    name = models.CharField(max_length=40, unique=True)

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ON_SALE = "sale", "On sale"
        SOLD_OUT = "gone", "Sold out"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True)
    title = models.CharField(max_length=200)
    summary = models.TextField(blank=True)
    price = models.DecimalField(
        max_digits=8, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    rating = models.FloatField(null=True, blank=True)
    pages = models.PositiveIntegerField()
    in_print = models.BooleanField(default=True)
    published = models.DateField(null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.DRAFT)
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="books")
    author = models.ForeignKey(Author, models.CASCADE, related_name="books")
    tags = models.ManyToManyField(Tag, related_name="books", blank=True)
    cover = models.ImageField(upload_to="covers/", blank=True)

    def __str__(self) -> str:
        return self.title

    def refresh_rating(self) -> None:
        """Set the rating to the mean of the reviews, without touching anything else."""
        mean = self.reviews.aggregate(mean=models.Avg("stars"))["mean"]
        Book.objects.filter(pk=self.pk).update(rating=mean)
