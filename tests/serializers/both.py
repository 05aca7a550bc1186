"""Django's serializers and ours, run on the same things."""

import io
from collections.abc import Callable
from typing import Any

from django.core import serializers
from django.core.management import call_command
from django.core.serializers import json as stock_json
from django.core.serializers import jsonl as stock_jsonl
from django.db import models

import django_rustaccel
from bookshop.data import fill_shop
from bookshop.models import (
    Account,
    Author,
    Authorship,
    Book,
    Calculated,
    Category,
    Copy,
    Country,
    Cover,
    Flag,
    Hardback,
    Note,
    OrderedReview,
    Person,
    ProxyBook,
    Publisher,
    Restaurant,
    Shelf,
    TextKeyed,
    Town,
    Treaty,
    UUIDKeyed,
)
from django_rustaccel.serializers import json as our_json
from django_rustaccel.serializers import jsonl as our_jsonl
from engines import captured_queries
from read.rows import fill_fields

FORMATS = {"json": (stock_json, our_json), "jsonl": (stock_jsonl, our_jsonl)}
"""The module of Django and ours, by format."""


def outcome(work: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What comes out, or the error with its cause, and the queries."""
    with captured_queries() as queries:
        try:
            value = work()
        except Exception as error:
            value = (type(error), str(error), repr(error.__cause__))
    return value, queries


def assert_serialized_alike(
    source: Callable[[], Any], form: str = "json", *, rows: bool | None = None, **options: Any
) -> Any:
    """Serialize what ``source`` gives by both, and return the text; ``rows``: whether as rows."""
    stock, ours = FORMATS[form]
    expected, stock_queries = outcome(lambda: stock.Serializer().serialize(source(), **options))
    before = django_rustaccel.stats()["read"]["rows"]
    found, our_queries = outcome(lambda: ours.Serializer().serialize(source(), **options))
    assert found == expected
    assert len(our_queries) <= len(stock_queries), our_queries
    if rows is not None:
        assert (django_rustaccel.stats()["read"]["rows"] > before) == rows
    return expected


def dumped(*labels: str, **options: Any) -> str:
    """What ``dumpdata`` says."""
    out = io.StringIO()
    call_command("dumpdata", *labels, stdout=out, **options)
    return out.getvalue()


def deserialized(module: Any, text: Any, **options: Any) -> list[Any]:
    """Everything that can be told of deserialized objects."""
    return [
        (
            type(made.object),
            {f.attname: describe(getattr(made.object, f.attname)) for f in columns(made.object)},
            made.m2m_data,
            made.deferred_fields,
            made.object._state.adding,
            made.object._state.db,
            repr(made),
        )
        for made in module.Deserializer(text, **options)
    ]


def columns(instance: models.Model) -> list[Any]:
    return [f for f in instance._meta.concrete_fields if not f.generated]


def describe(value: Any) -> tuple[type, str]:
    return type(value), repr(value)


def every_model() -> list[Any]:
    """The models of the shop that have been filled by :func:`fill`."""
    return [
        Account, Author, Authorship, Book, Calculated, Category, Copy, Country, Cover, Flag,
        Hardback, Note, OrderedReview, Person, ProxyBook, Publisher, Restaurant, Shelf, TextKeyed,
        Town, Treaty, UUIDKeyed,
    ]  # fmt: skip


def fill() -> None:
    """Some rows of every relation."""
    from django.contrib.contenttypes.models import ContentType

    fill_fields()
    fill_shop(12)
    books = list(Book.objects.order_by("pk"))
    author = Author.objects.create(name="Ann")
    Authorship.objects.create(author=author, book=books[0], order=2)
    top = Category.objects.create(name="top")
    below = Category.objects.create(name="below", parent=top)
    top.related.add(below)
    Cover.objects.create(book=books[1], colour="red")
    Hardback.objects.create(binding="cloth", **values_of(books[0]))
    ProxyBook.objects.filter(pk=books[3].pk).update(title="renamed")
    people = [Person.objects.create(name=name, favourite_id=books[2].pk) for name in "xyz"]
    people[0].friends.set(people[1:])
    place = Restaurant.objects.create(name="Inn", stars=None)
    Restaurant.objects.create(name="Bar", stars=2, supplier=place.place)
    OrderedReview.objects.create(book=books[0], stars=1)
    OrderedReview.objects.create(book=books[0], stars=1, hidden=True)
    kind = ContentType.objects.get_for_model(Book)
    Note.objects.create(text="note", content_type=kind, object_id=books[0].pk)
    shelf = Shelf.objects.create(code="a", label="A", plan={"x": [1]})
    Shelf.objects.create(code="b", label="B", nick="bb", over=shelf)
    Copy.objects.create(barcode="1", number=1, shelf=shelf, price="1.10").seen_at.add(shelf)
    TextKeyed.objects.create(code="key")
    owner = UUIDKeyed.objects.create(name="owner")
    Account.objects.create(number=5, owner=owner)
    Calculated.objects.create(name="low")
    fill_countries()


def fill_countries() -> None:
    """Models with natural keys."""
    countries = [Country.objects.create(code=code, name=f"Land {code}") for code in ("de", "fr")]
    towns = [Town.objects.create(name=name, country=countries[0]) for name in ("Ulm", "Bonn")]
    towns[0].twin = towns[1]
    towns[0].save()
    for number, town in enumerate([towns[0], None, towns[0], towns[1]]):
        Treaty.objects.create(title=f"no. {number}", signed_in=town).countries.set(countries)
    Flag.objects.create(country=countries[0], colours=["black", "red"])


def values_of(book: Book) -> dict[str, Any]:
    """The columns of a book for another one."""
    values = {f.attname: getattr(book, f.attname) for f in book._meta.concrete_fields}
    del values["id"], values["uuid"]
    return values


def registered() -> Any:
    """The modules of Django's registry, to be put back."""
    serializers.get_serializer_formats()
    return dict(serializers._serializers)
