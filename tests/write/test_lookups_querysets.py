"""Which querysets are asked once for a list, and which are left to stock."""

import pytest
from django.db import models as db
from rest_framework import serializers

from bookshop.models import Copy, Shelf
from engines import assert_same
from write.batched import assert_same_validation, fill_shelves, validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    return fill_shelves()


@pytest.mark.parametrize(
    "queryset",
    [
        lambda: Shelf.objects.select_related("over"),
        lambda: Shelf.objects.select_related("over__over"),
        lambda: Shelf.objects.defer("label"),
        lambda: Shelf.objects.only("code"),
        lambda: Shelf.objects.filter(code__in=["a", "b"]).exclude(label="b"),
        lambda: Shelf.objects.order_by("-label").distinct(),
        Shelf.objects.none,
        lambda: Shelf.objects.filter(seen__number__gte=0),
    ],
)
def test_querysets_with_a_form(shelves, queryset):
    Shelf.objects.filter(code="b").update(over=shelves[0])
    shelves[0].seen.set(Copy.objects.all())

    class Formed(serializers.Serializer):
        shelf = serializers.PrimaryKeyRelatedField(queryset=queryset())

    rows = [{"shelf": shelves[number % 4].pk} for number in (1, 2, 3, 5, 6)]
    _, queries = assert_same_validation(Formed, rows)
    assert queries <= 1


class Hidden(db.Manager):
    def get_queryset(self):
        return super().get_queryset().exclude(code="a")


class Cautious(db.QuerySet):
    def get(self, *args, **kwargs):
        return super().get(*args, **kwargs)


def hidden():
    manager = Hidden()
    manager.model = Shelf
    return manager


class Overridden(serializers.PrimaryKeyRelatedField):
    def get_queryset(self):
        return Shelf.objects.exclude(code="b")


class Spelling(serializers.SlugRelatedField):
    def to_internal_value(self, data):
        return self.get_queryset().get(code=str(data))


@pytest.mark.parametrize(
    "field",
    [
        lambda: serializers.PrimaryKeyRelatedField(queryset=hidden()),
        lambda: serializers.PrimaryKeyRelatedField(queryset=Cautious(Shelf)),
        lambda: serializers.PrimaryKeyRelatedField(queryset=Shelf.objects.all()[:2]),
        lambda: serializers.PrimaryKeyRelatedField(queryset=Shelf.objects.prefetch_related("seen")),
        lambda: serializers.PrimaryKeyRelatedField(
            queryset=Shelf.objects.annotate(doubled=db.F("pk") * 2)
        ),
        lambda: serializers.PrimaryKeyRelatedField(
            queryset=Shelf.objects.filter(code="a").union(Shelf.objects.filter(code="b"))
        ),
        lambda: Overridden(queryset=Shelf.objects.all()),
        lambda: Spelling("code", queryset=Shelf.objects.all()),
        lambda: serializers.SlugRelatedField("over__code", queryset=Shelf.objects.all()),
        lambda: serializers.SlugRelatedField("label", queryset=Shelf.objects.all()),
        lambda: serializers.SlugRelatedField("over", queryset=Shelf.objects.all()),
    ],
)
def test_what_user_code_or_its_form_decides(shelves, field):
    class Odd(serializers.Serializer):
        shelf = field()

    rows = [{"shelf": value} for value in (shelves[0].pk, shelves[1].pk, "a", "b", 0)]
    assert_same_validation(Odd, rows)


def test_several_objects_for_one_value(shelves):
    class Labelled(serializers.Serializer):
        shelf = serializers.SlugRelatedField("label", queryset=Shelf.objects.all())

    Shelf.objects.create(code="e", label="a")
    assert_same(lambda: validate(Labelled, [{"shelf": "b"}, {"shelf": "a"}]))
