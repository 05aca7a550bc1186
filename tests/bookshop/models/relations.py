"""Relations of every shape: to self, one to one, through a table, generic, inherited."""

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models

from .shop import Book

__all__ = [
    "Author",
    "Authorship",
    "Category",
    "Cover",
    "Hardback",
    "Note",
    "OrderedReview",
    "Person",
    "Place",
    "ProxyBook",
    "Restaurant",
    "Review",
]


class Category(models.Model):
    """A foreign key to self and a symmetric many-to-many to self."""

    name = models.CharField(max_length=40)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, related_name="children")
    related = models.ManyToManyField("self")

    def __str__(self) -> str:
        return self.name


class Author(models.Model):
    name = models.CharField(max_length=60)
    books = models.ManyToManyField(Book, through="Authorship", related_name="authors")
    notes = GenericRelation("bookshop.Note")

    def __str__(self) -> str:
        return self.name


class Authorship(models.Model):
    author = models.ForeignKey(Author, models.CASCADE, related_name="authorships")
    book = models.ForeignKey(Book, models.CASCADE, related_name="authorships")
    order = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["order"]


class Cover(models.Model):
    """One to one, its primary key being the relation."""

    book = models.OneToOneField(Book, models.CASCADE, primary_key=True, related_name="cover")
    colour = models.CharField(max_length=20)


class Review(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="reviews", null=True)
    stars = models.SmallIntegerField()
    text = models.TextField(null=True)

    def __str__(self) -> str:
        return f"{self.stars}/5"


class OrderedReview(models.Model):
    """`Meta.ordering` runs through a relation, and the default manager hides rows."""

    class Visible(models.Manager):
        def get_queryset(self) -> models.QuerySet[Any]:
            return super().get_queryset().filter(hidden=False)

    book = models.ForeignKey(Book, models.CASCADE, related_name="ordered_reviews")
    stars = models.SmallIntegerField()
    hidden = models.BooleanField(default=False)

    objects = Visible()
    everything = models.Manager()

    class Meta:
        ordering = ["-book__title", "-stars", "pk"]


class Note(models.Model):
    text = models.CharField(max_length=100)
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.PositiveIntegerField()
    target = GenericForeignKey()


class Hardback(Book):
    """Multi-table inheritance, one level."""

    binding = models.CharField(max_length=20)


class Place(models.Model):
    name = models.CharField(max_length=40)


class Restaurant(Place):
    """Multi-table inheritance with a named parent link."""

    place = models.OneToOneField(
        Place, models.CASCADE, parent_link=True, primary_key=True, related_name="as_restaurant"
    )
    stars = models.SmallIntegerField(null=True)
    supplier = models.ForeignKey(Place, models.CASCADE, null=True, related_name="supplies")


class ProxyBook(Book):
    class Meta:
        proxy = True
        ordering = ["-title"]

    @property
    def shout(self) -> str:
        return self.title.upper()


class Person(models.Model):
    name = models.CharField(max_length=40)
    favourite = models.ForeignKey(ProxyBook, models.SET_NULL, null=True, related_name="fans")
    friends = models.ManyToManyField("self", symmetrical=False, related_name="admirers")
