"""`to_json` and its siblings: the values of `values()`, spelled as `JsonResponse` spells them."""

import csv
import io
import json
import tracemalloc
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import Avg, Count, F
from django.http import JsonResponse
from django.test.utils import CaptureQueriesContext

import django_rustaccel
from bookshop.data import fill_shop
from bookshop.models import Book, Everything, Publisher, Tag
from django_rustaccel.querysets import stream_csv, stream_json, stream_ndjson, to_csv, to_json
from read.rows import fill_fields

pytestmark = pytest.mark.django_db


def stock(queryset: Any, *fields: str) -> bytes:
    return JsonResponse(list(queryset.values(*fields)), safe=False).content


def rows_read() -> int:
    return django_rustaccel.stats()["read"]["rows"]


COLUMNS = sorted(
    field.attname for field in Everything._meta.concrete_fields if field.name != "binary"
)


@pytest.fixture
def everything() -> Any:
    fill_fields()
    return Everything.objects.order_by("pk")


@pytest.fixture
def books() -> Any:
    fill_shop(30)
    return Book.objects.order_by("pk")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_spelled_as_values_spells_it(everything: Any, name: str) -> None:
    before = rows_read()
    assert to_json(everything, [name]) == stock(everything, name)
    assert rows_read() == before + 1


def test_what_json_has_no_form_for_is_the_error_of_stock(everything: Any) -> None:
    with pytest.raises(TypeError) as expected:
        stock(everything, "binary")
    with pytest.raises(TypeError) as raised:
        to_json(everything, ["binary"])
    assert str(raised.value) == str(expected.value)


def test_without_fields_every_column_and_annotation(books: Any) -> None:
    books = books.annotate(count=Count("tags"), rate=Avg("price"), double=F("pages") * 2)
    assert to_json(books) == stock(books)


def test_paths_lead_through_relations(books: Any) -> None:
    Book.objects.filter(pk=books[3].pk).update(publisher=None)
    names = ["id", "publisher", "publisher_id", "publisher__name"]
    before = rows_read()
    assert to_json(books.all(), names) == stock(books, *names)
    assert rows_read() == before + 1
    dotted = json.loads(to_json(books.all(), ["publisher.name"]))
    assert [book["publisher.name"] for book in dotted][3] is None


def test_relations_nest(books: Any) -> None:
    selection = {
        "key": "id",
        "house": ("publisher", ["id", "name"]),
        "tags": ["name"],
        "tag_keys": "tags",
    }
    with CaptureQueriesContext(connection) as captured:
        first = json.loads(
            to_json(books.all(), {k: selection[k] for k in ("key", "house", "tags")})
        )
    assert len(captured) == 2
    assert json.loads(to_json(books.all(), selection))[0].keys() == selection.keys()
    for exported, book in zip(first, books.select_related("publisher"), strict=True):
        house = book.publisher
        assert exported["key"] == book.pk
        assert exported["house"] == {"id": house.pk, "name": house.name}
        names = sorted(tag.name for tag in book.tags.all())
        assert sorted(tag["name"] for tag in exported["tags"]) == names


def test_keys_of_a_relation_to_many(books: Any) -> None:
    exported = json.loads(to_json(Publisher.objects.order_by("pk"), {"id": "id", "all": "books"}))
    for publisher in exported:
        keys = Book.objects.filter(publisher=publisher["id"]).values_list("pk", flat=True)
        assert sorted(publisher["all"]) == sorted(keys)


def test_instances_say_the_same_as_rows(books: Any) -> None:
    selection = {
        "id": "id",
        "at": "created",
        "publisher": ["name"],
        "tags": ["name"],
        "keys": "tags",
    }
    expected = to_json(books.prefetch_related("tags"), selection)
    read = books.prefetch_related("tags").all()
    assert len(read) == 30
    before = django_rustaccel.stats()["read"]["instances"]
    assert json.loads(to_json(read, selection)) == json.loads(expected)
    assert django_rustaccel.stats()["read"]["instances"] == before + 1


def test_values_are_written_as_they_are(books: Any) -> None:
    assert to_json(books.values("id", "title")) == stock(books, "id", "title")
    with pytest.raises(TypeError, match="chosen fields already"):
        to_json(books.values("id"), ["id"])


@pytest.mark.parametrize("name", ["nothing", "publisher.nothing", "title.name", "tags.name"])
def test_unknown_names_are_refused(books: Any, name: str) -> None:
    with pytest.raises(FieldError, match="Cannot resolve"):
        to_json(books, [name])


def test_one_name_is_no_sequence(books: Any) -> None:
    with pytest.raises(TypeError, match="sequence of names"):
        to_json(books, "title")


@pytest.mark.parametrize("size", [1, 7, 30, 1000])
def test_streams_have_the_same_bytes(books: Any, size: int) -> None:
    names = ["id", "title", "price", "created", "tags"]
    whole = to_json(books.all(), names)
    parts = list(stream_json(books.all(), names, chunk_size=size))
    assert b"".join(parts) == whole
    assert len(parts) == -(-30 // size) + 1
    lines = b"".join(stream_ndjson(books.all(), names, chunk_size=size)).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(whole)


def test_nothing_is_an_empty_list() -> None:
    for queryset in (Tag.objects.all(), Tag.objects.none()):
        assert to_json(queryset) == b"[]"
        assert b"".join(stream_json(queryset)) == b"[]"
        assert b"".join(stream_ndjson(queryset)) == b""
        assert to_csv(queryset, ["id"]) == b"id\r\n"


def test_streams_of_values_and_instances(books: Any) -> None:
    assert b"".join(stream_json(books.values("id"), chunk_size=4)) == stock(books, "id")
    plain = books.extra(select={"one": "1"})  # rows cannot serve it
    assert b"".join(stream_json(plain, ["id"], chunk_size=4)) == stock(books, "id")


def test_csv(books: Any) -> None:
    Book.objects.filter(pk=books[0].pk).update(title='a "b", c\nd', rating=None)
    content = to_csv(
        books.all(), {"id": "id", "title": "title", "rating": "rating", "keys": "tags"}
    )
    lines = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert lines[0]["title"] == 'a "b", c\nd'
    assert lines[0]["rating"] == ""
    for line, book in zip(lines, books.all(), strict=True):
        assert int(line["id"]) == book.pk
        assert json.loads(line["keys"]) == [tag.pk for tag in book.tags.all()]
    assert b"".join(stream_csv(books.all(), ["id"], chunk_size=3)) == to_csv(books.all(), ["id"])


def test_chunks_have_at_least_one_row(books: Any) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(stream_json(books, chunk_size=0))


def test_a_stream_that_is_given_up_closes_its_cursor(books: Any) -> None:
    parts = stream_json(books.all(), ["id"], chunk_size=2)
    assert next(parts).startswith(b"[{")
    parts.close()
    # A cursor that is still open would lock the table on SQLite, and the transaction elsewhere.
    Book.tags.through.objects.all().delete()
    assert Book.objects.all().delete()[0] == 30


@pytest.mark.databases_of("sqlite", "postgres")  # MySQL's driver keeps whole results
def test_a_stream_holds_one_chunk_at_a_time() -> None:
    Tag.objects.bulk_create([Tag(name=f"{n:040}", colour="#000000") for n in range(20_000)])

    def peak(size: int) -> int:
        tracemalloc.start()
        for _ in stream_ndjson(Tag.objects.order_by("pk"), chunk_size=size):
            pass
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return taken

    peak(500)
    assert peak(500) < peak(20_000) / 10
