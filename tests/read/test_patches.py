"""Fields, classes and DRF itself changed after a plan was made from them."""

import pytest
from rest_framework import serializers

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher
from engines import assert_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db):
    fill_shop(4)


def books():
    return Book.objects.select_related("publisher").prefetch_related("tags").order_by("pk")


class Shout(serializers.CharField):
    def to_representation(self, value):
        return super().to_representation(value).upper()


class Inner(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["name"]


class Ordinary(serializers.ModelSerializer):
    publisher = Inner()

    class Meta:
        model = Book
        fields = ["id", "title", "pages", "publisher"]


PATCHES = {
    "to_representation": lambda s: setattr(
        s.fields["title"], "to_representation", lambda value: "patched"
    ),
    "get_attribute": lambda s: setattr(s.fields["title"], "get_attribute", lambda one: "patched"),
    "source": lambda s: (
        setattr(s.fields["title"], "source", "summary"),
        setattr(s.fields["title"], "source_attrs", ["summary"]),
    ),
    "remove": lambda s: s.fields.pop("pages"),
    "delete": lambda s: s.fields.__delitem__("title"),
    "add": lambda s: s.fields.__setitem__("isbn", serializers.CharField()),
    "replace": lambda s: s.fields.__setitem__("title", Shout()),
    "write only": lambda s: setattr(s.fields["pages"], "write_only", True),
    "nested": lambda s: s.fields["publisher"].fields.pop("name"),
    "nested field": lambda s: setattr(
        s.fields["publisher"].fields["name"], "to_representation", lambda value: "patched"
    ),
    "field name": lambda s: setattr(s.fields["title"], "field_name", "renamed"),
    "reorder": lambda s: s.fields.fields.move_to_end("id") if hasattr(
        s.fields.fields, "move_to_end") else s.fields.__setitem__("id", s.fields.pop("id")),
    "class": lambda s: setattr(s.fields["title"], "__class__", Shout),
    "context": lambda s: s._context.update(a=1),
    "look only": lambda s: repr(s.fields),
}  # fmt: skip


@pytest.mark.parametrize("name", PATCHES)
def test_patched_instance(name):
    """Fields changed on one serializer instance count there and nowhere else."""

    def patched(source, many):
        serializer = Ordinary(source, many=many)
        PATCHES[name](serializer.child if many else serializer)
        return serializer.data

    def work():
        return [
            patched(books(), True), patched(list(books()), True), patched(books().first(), False),
            Ordinary(books(), many=True).data, Ordinary(books().first()).data,
        ]  # fmt: skip

    assert_same(work)


def test_class_changed_after_use():
    class Changing(serializers.ModelSerializer):
        title = serializers.CharField()

        class Meta:
            model = Book
            fields = ["id", "title"]

    def work():
        found = [Changing(books(), many=True).data, Changing(books().first()).data]
        Changing.Meta.fields = ["title", "pages", "id"]
        found += [Changing(books(), many=True).data, Changing(books().first()).data]
        Changing._declared_fields["title"] = serializers.CharField(source="isbn")
        found += [Changing(books(), many=True).data, Changing(books().first()).data]
        Changing.to_representation = lambda self, one: one.pk
        found += [Changing(books(), many=True).data, Changing(books().first()).data]
        del Changing.to_representation
        Changing.Meta.fields = ["id", "title"]
        Changing._declared_fields["title"] = serializers.CharField()
        found += [Changing(books(), many=True).data, Changing(books().first()).data]
        return found

    assert_same(work)


def test_field_classes_patched_globally(monkeypatch):
    """Libraries patch DRF's own classes; the patch has to work on plans made before it."""

    def work():
        return [Ordinary(books(), many=True).data, Ordinary(books().first()).data]

    assert_same(work)
    monkeypatch.setattr(
        serializers.CharField, "to_representation", lambda self, value: f"patched {value}"
    )
    assert_same(work)
    monkeypatch.undo()
    assert_same(work)
    monkeypatch.setattr(serializers.IntegerField, "get_attribute", lambda self, one: 42)
    assert_same(work)
