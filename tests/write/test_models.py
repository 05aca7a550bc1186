"""Model serializers: the fields, validators and queries that a model gives them."""

import json
from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

import django_rustaccel
from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from django_rustaccel.drf import serializers as opt_in
from engines import running
from write.verdicts import assert_same

pytestmark = pytest.mark.django_db


class OwnBook(opt_in.ModelSerializer):
    class Meta:
        model = Book
        fields = "__all__"


@pytest.fixture
def rows(db: None) -> list[Any]:
    """What a client would send for twelve books that are not there yet."""
    fill_shop(12)
    with running("stock"):
        books = BookSerializer(Book.objects.order_by("pk")[:12], many=True)
        rows: list[Any] = json.loads(JSONRenderer().render(books.data))
    for number, row in enumerate(rows):
        row["isbn"] = f"{number:013}"
    return rows


def spoiled(rows: list[Any]) -> list[Any]:
    rows[1]["title"] = "x" * 1000
    rows[3]["publisher"] = 10**9
    rows[5]["publisher"] = "x"
    rows[7]["status"] = None
    rows[9].pop("price")
    return rows


@pytest.mark.parametrize("cls", [BookSerializer, OwnBook])
def test_books(rows: list[Any], cls: Any) -> None:
    for row in [*rows, *spoiled(rows), {}]:
        assert_same(lambda data: cls(data=data), row, native=True)
        assert_same(lambda data: cls(Book.objects.first(), data=data, partial=True), row)
    assert_same(lambda data: cls(data=data, many=True), rows, native=True)


def test_nested_books(rows: list[Any]) -> None:
    for number, row in enumerate(rows):
        row["publisher"] = {"name": f"House {number}", "country": "de"} if number % 3 else number
        row["tags"] = [{"name": f"t{number}", "colour": "#fff"}] * (number % 3)
    assert_same(lambda data: NestedBookSerializer(data=data, many=True), rows, native=True)
    for row in rows:
        assert_same(lambda data: NestedBookSerializer(data=data), row, native=True)


def test_saving_what_was_validated(rows: list[Any]) -> None:
    saved = []
    for number, engine in enumerate(("stock", "rustaccel")):
        with running(engine):
            row = rows[0] | {"isbn": f"{number:013}", "uuid": None, "id": None}
            row = {name: value for name, value in row.items() if value is not None}
            row["uuid"] = f"00000000-0000-0000-0000-00000000000{number}"
            serializer = BookSerializer(data=row)
            assert serializer.is_valid(), serializer.errors
            saved.append(serializer.save())
    assert saved[0].title == saved[1].title
    assert saved[0].price == saved[1].price


def test_serializers_that_opt_in() -> None:
    class Plain(opt_in.Serializer):
        name = opt_in.CharField(max_length=3)

    for data in ({"name": "a"}, {"name": "long"}, {}, []):
        assert_same(lambda data: Plain(data=data), data)
    assert_same(lambda data: Plain(data=data, many=True), [{"name": "a"}], native=True)


def test_disabled_is_not_counted() -> None:
    class Plain(serializers.Serializer[Any]):
        name = serializers.CharField()

    before = django_rustaccel.stats()["write"]
    with django_rustaccel.disabled():
        assert Plain(data={"name": "a"}).is_valid()
    assert django_rustaccel.stats()["write"] == before
