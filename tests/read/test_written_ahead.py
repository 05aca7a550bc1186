"""Rows of PostgreSQL that are written as JSON before somebody asks for them."""

import pytest
from django.db import transaction
from django.db.models import Field, Prefetch
from django.db.models.expressions import RawSQL
from django.utils import timezone
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bookshop.models import Book, Publisher, Tag
from bookshop.serializers import BookSerializer, NestedBookSerializer, TagSerializer
from engines import assert_same
from read.arrivals import MANY, MARKS
from read.cells import books, execute

pytestmark = MARKS
render = JSONRenderer().render


class KeySerializer(serializers.ModelSerializer):
    """The tags as keys."""

    class Meta:
        model = Book
        fields = ["tags", "id", "title"]


class SlugSerializer(serializers.ModelSerializer):
    tags = serializers.SlugRelatedField("name", many=True, read_only=True)

    class Meta:
        model = Book
        fields = ["id", "tags"]


class ShelfSerializer(serializers.ModelSerializer):
    """A publisher with its books."""

    books = BookSerializer(many=True)

    class Meta:
        model = Publisher
        fields = ["name", "books", "country"]


class DeepShelfSerializer(ShelfSerializer):
    """Relations to many below a relation to many."""

    books = KeySerializer(many=True)


class InnerShelfSerializer(serializers.ModelSerializer):
    """A relation to many of a joined object, and one of its own."""

    publisher = ShelfSerializer()
    tags = TagSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "publisher", "tags"]


def nested_books():
    return books().select_related("publisher").prefetch_related("tags")


def publishers():
    return Publisher.objects.order_by("pk").prefetch_related("books")


LISTS = {
    "flat": (BookSerializer, books),
    "nested": (NestedBookSerializer, nested_books),
    "read row by row by stock": (NestedBookSerializer, books),
    "keys": (KeySerializer, nested_books),
    "slugs": (SlugSerializer, nested_books),
    "shelves": (ShelfSerializer, publishers),
    "deep shelves": (DeepShelfSerializer, lambda: publishers().prefetch_related("books__tags")),
    "inner shelves": (
        InnerShelfSerializer,
        lambda: nested_books().prefetch_related("publisher__books"),
    ),
}


@pytest.fixture
def full_shop(many_books):
    """Many publishers, some without books; books with one tag, all tags or none."""
    Publisher.objects.bulk_create(Publisher(name=f"House {n}", country="it") for n in range(MANY))
    owners = list(Publisher.objects.order_by("-pk")[: MANY // 2])
    read = list(books())
    for book, owner in zip(read, owners * 2, strict=True):
        book.publisher = None if book.pages % 7 == 0 else owner
    Book.objects.bulk_update(read, ["publisher"])
    through, tags = Book.tags.through, list(Tag.objects.all())
    through.objects.filter(book__pages__lt=50).delete()
    through.objects.bulk_create(through(book=read[n], tag=tag) for n in range(20) for tag in tags)


@pytest.fixture(params=LISTS)
def read(request, full_shop):
    """Reads a list."""
    serializer, queryset = LISTS[request.param]
    return lambda: serializer(queryset(), many=True).data


@pytest.fixture
def written(monkeypatch):
    """How many rows of each statement were written while they arrived."""
    from django_rustaccel.querysets.receiving import Receiver

    counts, stock = [], Receiver.__exit__

    def leave(self, *error):
        counts.append(self.rows if self.ahead is not None else 0)
        stock(self, *error)

    monkeypatch.setattr(Receiver, "__exit__", leave)
    return counts


def counts():
    """Rows of each table."""
    return {
        "books": Book.objects.count(),
        "tags": Book.tags.through.objects.count(),
        "owned": Book.objects.exclude(publisher=None).count(),
        "publishers": Publisher.objects.count(),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("flat", ["books"]),
        ("nested", ["books", "tags"]),
        ("read row by row by stock", ["books", "tags"]),
        ("keys", ["books", "tags"]),
        ("slugs", ["books", "tags"]),
        ("shelves", ["publishers", "owned"]),
        ("deep shelves", ["publishers", None, None]),
        ("inner shelves", ["books", "tags", "owned"]),
    ],
)
def test_what_is_written(name, expected, full_shop, written):
    serializer, queryset = LISTS[name]
    for _ in range(2):
        render(serializer(queryset(), many=True).data)
    written.clear()
    render(serializer(queryset(), many=True).data)
    found = counts()
    assert sorted(written) == sorted(found.get(each, 0) for each in expected)


def test_lists_as_parts_of_a_document(read):
    for _ in range(3):
        assert_same(lambda: render({"rows": read()}), tier="rows")


STYLES = {
    "unicode": {},
    "ascii": {"ensure_ascii": True},
    "spaced": {"compact": False},
    "lenient": {"strict": False},
}


def styled(name):
    return type("Styled", (JSONRenderer,), STYLES[name])()


def test_styles_change_from_one_rendering_to_the_next(read):
    def work():
        rendered = []
        for name in (*STYLES, *reversed(STYLES)):
            data = read()
            rendered += [styled(name).render(data), styled("unicode").render({"results": [data]})]
            indented = {"indent": 4}
            rendered.append(styled(name).render(data, None, indented))
        return b"".join(rendered)

    assert_same(work, tier="rows")


def test_rows_that_somebody_looks_at(read):
    def work():
        first = render(read())
        looked = read()
        looked[0]["name"] = "changed"
        second = read()
        return [first, render(looked), render(second), len(second)]

    assert_same(work, tier="rows")


@pytest.mark.parametrize("column", ["created", "published"])
@pytest.mark.parametrize("value", ["0001-02-03", "9999-12-31"])
def test_a_value_that_needs_python(column, value, read):
    """It ends what is written while rows arrive, and nothing else."""
    execute(f"UPDATE bookshop_book SET {column} = '{value}' WHERE pages = 150")
    for _ in range(3):
        assert_same(lambda: render(read()))


def test_more_than_is_written_while_rows_arrive(read):
    # Another plan in the middle of the test could give books without an ordering another order.
    execute("UPDATE bookshop_book SET summary = repeat('ü', 10000)", "ANALYZE bookshop_book")
    for _ in range(3):
        assert_same(lambda: render(read()))


def test_rows_changed_after_they_were_read(read):
    """The database is read when `.data` is asked for: what comes later is not seen."""

    def work():
        rendered = []
        for _ in range(2):
            data = read()
            with transaction.atomic():
                Book.objects.update(title="later")
                Tag.objects.update(name="later")
                rendered.append(render(data))
                transaction.set_rollback(True)
        return rendered

    assert_same(work, tier="rows")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", None])
def test_the_zone_is_that_of_reading(zone, read):
    def work():
        rendered = []
        for _ in range(3):
            with timezone.override(zone):
                data = read()
            rendered.append(render(data))
        return rendered

    assert_same(work)


def test_relations_that_share_what_was_read(full_shop):
    """A list that is rendered twice, and pages of it."""

    def work():
        rendered = []
        for _ in range(2):
            data = NestedBookSerializer(nested_books(), many=True).data
            page = NestedBookSerializer(nested_books()[100:180], many=True).data
            rendered += [render(data), render(page), render([data, data])]
        return rendered

    assert_same(work, tier="rows")


def test_a_relation_that_cannot_be_read(full_shop):
    """An error of the second query leaves nothing behind."""
    wrong = Tag.objects.annotate(wrong=RawSQL("1 / (id - id)", (), output_field=Field()))
    render(NestedBookSerializer(nested_books(), many=True).data)

    def work(tags):
        with transaction.atomic():
            queryset = books().prefetch_related(Prefetch("tags", queryset=tags))
            return render(NestedBookSerializer(queryset, many=True).data)

    assert_same(lambda: work(wrong.order_by("wrong")))
    for _ in range(2):
        assert_same(lambda: work(Tag.objects.order_by("-name")))
