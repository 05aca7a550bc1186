"""Transactions, several databases, routers, wrappers and the log of queries."""

import threading

import pytest
from django.db import connection, connections, transaction
from django.test import override_settings
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher, Tag
from bookshop.serializers import BookSerializer, NestedBookSerializer, TagSerializer
from engines import assert_same, captured_queries


def titles():
    return [entry["title"] for entry in BookSerializer(Book.objects.order_by("pk"), many=True).data]


@pytest.mark.django_db
def test_uncommitted_rows_are_seen(engine):
    with transaction.atomic():
        fill_shop(2)
        assert len(titles()) == 2
        Book.objects.update(title="changed")
        assert titles() == ["changed", "changed"]


@pytest.mark.django_db
def test_rolled_back_rows_are_not_seen(engine):
    fill_shop(1)
    before = titles()
    with transaction.atomic():
        Book.objects.update(title="changed")
        assert titles() == ["changed"]
        transaction.set_rollback(True)
    assert titles() == before


@pytest.mark.django_db
def test_read_when_data_is_asked_for_and_not_later(engine):
    """Rows belong to the moment of `.data`, whenever they become Python or bytes."""
    fill_shop(2)
    data = NestedBookSerializer(Book.objects.order_by("pk"), many=True).data
    expected = [book.title for book in Book.objects.order_by("pk")]
    tags = [[tag.name for tag in book.tags.all()] for book in Book.objects.order_by("pk")]
    Book.objects.update(title="later")
    Tag.objects.update(colour="later")
    Book.tags.through.objects.all().delete()
    with captured_queries() as queries:
        assert b"later" not in JSONRenderer().render(data)
        assert [entry["title"] for entry in data] == expected
    assert [[tag["name"] for tag in entry["tags"]] for entry in data] == tags
    assert not queries


@pytest.mark.django_db
def test_data_made_inside_atomic_survives_the_rollback(engine):
    with transaction.atomic():
        fill_shop(2)
        data = BookSerializer(Book.objects.order_by("pk"), many=True).data
        transaction.set_rollback(True)
    assert len(data) == 2
    assert JSONRenderer().render(data).startswith(b'[{"id":')


@pytest.mark.django_db
def test_error_inside_atomic_leaves_the_connection_as_stock_does(engine):
    fill_shop(1)
    with pytest.raises(Exception, match=r"no_such|syntax|column"), transaction.atomic():  # noqa: PT012
        broken = Book.objects.extra(where=["no_such_column = 1"])
        list(BookSerializer(broken, many=True).data)
    assert len(titles()) == 1


@pytest.mark.django_db(databases=["default", "other"])
def test_two_databases():
    fill_shop(2)
    fill_shop(3, using="other", seed=1)

    def work():
        return [
            NestedBookSerializer(Book.objects.using(name).order_by("pk"), many=True).data
            for name in ("default", "other", "default")
        ]

    both = assert_same(work, tier="rows")
    assert [len(data) for data in both] == [2, 3, 2]


@pytest.mark.django_db(databases=["default", "other"])
def test_relations_of_an_instance_stay_on_its_database():
    fill_shop(2)
    fill_shop(2, using="other", seed=1)

    def work():
        book = Book.objects.using("other").order_by("pk").first()
        return NestedBookSerializer(book).data, TagSerializer(book.tags, many=True).data

    assert_same(work)


class ToOther:
    def db_for_read(self, model, **hints):
        return "other"

    def allow_relation(self, *args, **hints):
        return True


@pytest.mark.django_db(databases=["default", "other"])
def test_router():
    fill_shop(1)
    fill_shop(3, using="other", seed=1)
    with override_settings(DATABASE_ROUTERS=[ToOther()]):
        data = assert_same(
            lambda: NestedBookSerializer(Book.objects.order_by("pk"), many=True).data, tier="rows"
        )
    assert len(data) == 3


@pytest.mark.django_db
def test_a_database_the_test_may_not_use(engine):
    """pytest-django forbids `other` here; reading around Django's connection would not notice."""
    with pytest.raises(Exception, match="not allowed"):
        list(BookSerializer(Book.objects.using("other"), many=True).data)


@pytest.mark.django_db
def test_execute_wrapper_sees_every_query():
    fill_shop(2)

    def work():
        seen = []

        def wrapper(execute, sql, params, many, context):
            seen.append((context["connection"].alias, many))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(wrapper):
            rows = Book.objects.prefetch_related("tags").order_by("pk")
            data = NestedBookSerializer(rows.select_related("publisher"), many=True).data
        return seen, data

    assert_same(work)


@pytest.mark.django_db
def test_execute_wrapper_may_forbid(engine):
    def forbid(execute, sql, params, many, context):
        raise PermissionError("no queries here")

    with connection.execute_wrapper(forbid), pytest.raises(PermissionError, match="no queries"):
        list(BookSerializer(Book.objects.all(), many=True).data)


@pytest.mark.django_db
def test_log_of_queries_has_sql_and_time(engine):
    fill_shop(2)
    with override_settings(DEBUG=True), captured_queries() as queries:
        list(BookSerializer(Book.objects.filter(title__contains="%s"), many=True).data)
    assert len(queries) == 1
    assert "bookshop_book" in queries[0]
    assert "SELECT" in queries[0]
    assert set(connection.queries_log[-1]) == {"sql", "time"}


class Flat(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["id", "title", "publisher", "tags"]


QUERY_COUNTS = {
    "flat": (BookSerializer, lambda: Book.objects.order_by("pk"), 1),
    "nested": (NestedBookSerializer, lambda: Book.objects.order_by("pk"), 2),
    "selected": (NestedBookSerializer, lambda: Book.objects.select_related("publisher"), 2),
    "prefetched": (
        NestedBookSerializer, lambda: Book.objects.prefetch_related("tags", "publisher"), 3
    ),
    "keys": (Flat, lambda: Book.objects.order_by("pk"), 2),
    "none": (NestedBookSerializer, Book.objects.none, 0),
    "no rows": (NestedBookSerializer, lambda: Book.objects.filter(pk=0), 1),
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("name", QUERY_COUNTS)
def test_number_of_queries(name):
    """At most this many, whatever stock needs."""
    fill_shop(8)
    serializer, rows, most = QUERY_COUNTS[name]
    assert_same(lambda: serializer(rows(), many=True).data)
    with captured_queries() as queries:
        list(serializer(rows(), many=True).data)
    assert len(queries) <= most, "\n".join(queries)


@pytest.mark.django_db
@pytest.mark.parametrize("prefetch", [[], ["publisher"], ["publisher", "tags"]])
def test_rows_without_an_order_come_as_stock_gets_them(prefetch):
    """A join that stock does not make would have PostgreSQL return the rows in another order."""
    fill_shop(300)
    Book.objects.filter(pages__lt=700).update(stock=0)
    for rows in (Book.objects.prefetch_related(*prefetch), Book.objects.order_by("status")):
        assert_same(lambda rows=rows: NestedBookSerializer(rows.all(), many=True).data)


@pytest.mark.django_db
def test_loaded_instances_are_not_read_again():
    fill_shop(3)
    books = list(Book.objects.select_related("publisher").prefetch_related("tags"))
    publishers = list(Publisher.objects.prefetch_related("books__tags"))

    class Shelf(serializers.ModelSerializer):
        books = NestedBookSerializer(many=True)

        class Meta:
            model = Publisher
            fields = ["id", "books"]

    with captured_queries() as queries:
        list(NestedBookSerializer(books, many=True).data)
        list(Shelf(publishers, many=True).data)
    assert not queries


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction():
    fill_shop(3)
    connection.ensure_connection()
    assert connection.get_autocommit()
    assert_same(lambda: NestedBookSerializer(Book.objects.order_by("pk"), many=True).data)


@pytest.mark.django_db(transaction=True)
def test_connection_closed_between_reads(engine):
    fill_shop(2)
    first = list(titles())
    if connection.vendor != "sqlite" or not connection.is_in_memory_db():
        connection.close()
    assert list(titles()) == first


@pytest.mark.django_db(transaction=True)
def test_threads_use_their_own_connections(engine):
    fill_shop(5)
    expected = titles()
    results: list[list[str]] = []

    def read():
        try:
            results.append(titles())
        finally:
            connections.close_all()

    if connection.vendor == "sqlite":
        pytest.skip("an in-memory SQLite database belongs to one thread")
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4
