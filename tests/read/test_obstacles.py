"""What rows cannot serve is noticed before anything is read, and served from instances."""

import pytest
from django.db.models import F, Prefetch
from rest_framework import serializers

from bookshop import models
from bookshop.data import fill_shop
from engines import assert_same

pytestmark = pytest.mark.django_db


def serializer_of(model, fields, **declared):
    meta = type("Meta", (), {"model": model, "fields": fields})
    return type(
        f"{model.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta, **declared}
    )


def test_a_field_that_makes_its_own_value():
    models.FromDBValue.objects.create(name="a", shout="b")
    read = serializer_of(models.FromDBValue, ["name", "shout"])
    (row,) = assert_same(
        lambda: read(models.FromDBValue.objects.all(), many=True).data, tier="instances"
    )
    assert row["shout"] == "B"


def test_an_annotation_of_such_a_field():
    models.FromDBValue.objects.create(name="a", shout="b")
    read = serializer_of(models.FromDBValue, ["loud"], loud=serializers.CharField())
    loud = models.FromDBValue.objects.annotate(loud=F("shout"))
    (row,) = assert_same(lambda: read(loud.all(), many=True).data, tier="instances")
    assert row["loud"] == "B"


class TestValuesThatAreNoFields:
    serializer = serializer_of(models.Tag, ["loud"], loud=serializers.CharField())

    @pytest.fixture(autouse=True)
    def tag(self, db):
        models.Tag.objects.create(name="x", colour="y")

    def test_annotated(self):
        tags = models.Tag.objects.annotate(loud=F("name"))
        assert_same(lambda: self.serializer(tags.all(), many=True).data, tier="rows")

    @pytest.mark.parametrize("tags", [models.Tag.objects, models.Tag.objects.alias(loud=F("name"))])
    def test_missing(self, tags):
        # AttributeError, in DRF's words.
        assert_same(lambda: self.serializer(tags.all(), many=True).data)


class TestValuesOfRelatedObjects:
    review = serializer_of(models.Review, ["next"], next=serializers.IntegerField())
    serializer = serializer_of(models.Book, ["reviews"], reviews=review(many=True))

    @pytest.fixture(autouse=True)
    def reviewed_book(self, db):
        fill_shop(2)
        models.Review.objects.create(book=models.Book.objects.first(), stars=3)

    def test_annotated(self):
        reviews = models.Review.objects.annotate(next=F("stars") + 1)
        books = models.Book.objects.order_by("pk").prefetch_related(Prefetch("reviews", reviews))
        data = assert_same(lambda: self.serializer(books.all(), many=True).data, tier="rows")
        assert data[0]["reviews"] == [{"next": 4}]

    def test_missing(self):
        books = models.Book.objects.order_by("pk")
        assert_same(lambda: self.serializer(books.all(), many=True).data)
