"""Cells of SQLite, which keeps whatever it is given, and steps through a statement row by row."""

import contextlib
import sqlite3
import threading

import pytest
from django.db import connection, connections, models
from django.db.models import F, Func
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher
from bookshop.serializers import BookSerializer
from django_rustaccel.core import drivers
from engines import assert_same
from read.cells import AsTheyAre, annotated, assert_same_books, books, execute

pytestmark = [pytest.mark.django_db, pytest.mark.databases_of("sqlite")]


@pytest.mark.parametrize(
    "value",
    [
        "'text'", "''", "'1'", "'a' || char(0) || 'b'", "'ü“🐍'", "x'00ff'", "x''", "NULL", "7",
        "-1.5", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999", "1e15", "0.1",
        "CAST(x'ff' AS TEXT)", "'a' || CAST(x'c3' AS TEXT)", "'2024-02-29'",
    ],
)  # fmt: skip
@pytest.mark.parametrize("column", ["title", "price", "rating", "pages"])
def test_any_value_in_any_column(column, value):
    """SQLite keeps whatever it is given; what stock makes of it may be an error."""
    if value == "NULL" and not Book._meta.get_field(column).null:
        pytest.skip("the one thing that SQLite refuses")
    fill_shop(3)
    execute(
        "PRAGMA ignore_check_constraints = ON",
        f"UPDATE bookshop_book SET {column} = {value} WHERE id = {books().last().pk}",
        "PRAGMA ignore_check_constraints = OFF",
    )
    for serializer in (BookSerializer, AsTheyAre):
        # An error may come when the data is rendered: these are no values of the column's type.
        assert_same(lambda cls=serializer: JSONRenderer().render(cls(books(), many=True).data))


def number_of(function, *arguments):
    return Func(*arguments, function=function, output_field=models.IntegerField())


def test_a_function_that_raises_at_some_row(taken):
    fill_shop(5)
    last = books().last().pk
    connection.ensure_connection()

    def fragile(number):
        if number == last:
            raise ValueError("not this one")
        return number * 2

    connection.connection.create_function("fragile", 1, fragile)
    assert_same(annotated(number_of("fragile", F("id"))))
    assert taken == [False]
    last = None
    assert_same(annotated(number_of("fragile", F("id"))), tier="rows")
    assert taken == [False, True]


def test_an_error_of_sqlite_at_some_row():
    fill_shop(3)
    execute(
        "UPDATE bookshop_book SET stock = -9223372036854775808 "
        "WHERE id = (SELECT max(id) FROM bookshop_book)"
    )
    assert_same(annotated(number_of("abs", F("stock"))))
    assert_same_books()


def test_interrupted():
    """An interruption ends the statement: it is not begun again."""
    fill_shop(200)
    calls = []

    def work():
        calls.clear()
        connection.connection.set_progress_handler(lambda: calls.append(1) or len(calls) > 20, 50)
        try:
            return annotated(F("pages") + 1)()
        finally:
            connection.connection.set_progress_handler(None, 0)

    assert_same(work)
    assert len(calls) == 21
    with pytest.raises(Exception, match="interrupted") as raised:
        work()
    cause = raised.value.__cause__
    assert type(cause) is sqlite3.OperationalError
    assert (cause.sqlite_errorcode, cause.sqlite_errorname) == (9, "SQLITE_INTERRUPT")


def test_converters_are_called(monkeypatch):
    fill_shop(3)
    monkeypatch.setitem(sqlite3.converters, "VARCHAR", lambda text: text.decode().upper())
    assert_same_books(tier="rows")
    monkeypatch.delitem(sqlite3.converters, "VARCHAR")
    monkeypatch.setitem(sqlite3.converters, "SHOUT", lambda text: text.decode().upper())
    named = Func(F("title"), function="trim", output_field=models.TextField())
    assert_same(lambda: list(books().annotate(**{"value [shout]": named}).values("value [shout]")))


@pytest.mark.parametrize("factory", [bytes, lambda text: text.decode().upper()])
def test_text_factory(factory):
    fill_shop(3)
    connection.ensure_connection()
    connection.connection.text_factory = factory
    try:
        assert_same(lambda: AsTheyAre(books(), many=True).data["title"])
    finally:
        connection.connection.text_factory = str


def test_nothing_stays_open():
    """A statement at a row would keep its table from being dropped."""
    fill_shop(2)
    execute("CREATE TABLE spare AS SELECT * FROM bookshop_book")

    class Spare(models.Model):
        title = models.TextField()

        class Meta:
            app_label = "spare"
            managed = False
            db_table = "spare"

    class SpareSerializer(serializers.ModelSerializer):
        class Meta:
            model = Spare
            fields = ["id", "title"]

    assert len(SpareSerializer(Spare.objects.all(), many=True).data) == 2
    execute("DROP TABLE spare")


@pytest.fixture
def scratch(tmp_path):
    """A database in a file, reached by the alias `scratch`."""
    name = str(tmp_path / "scratch.sqlite3")
    with _scratch(name):
        yield name


@contextlib.contextmanager
def _scratch(name):
    options = {**connections.databases["other"], "NAME": name, "OPTIONS": {"timeout": 0}}
    connections.databases["scratch"] = options
    try:
        # Not by `ensure_connection`, which the test case forbids for databases it does not know.
        connections["scratch"].connect()
        with connections["scratch"].schema_editor() as editor:
            editor.create_model(Publisher)
        yield
    finally:
        connections["scratch"].connection.close()
        del connections["scratch"], connections.databases["scratch"]


class PublisherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["id", "name", "country"]


def publishers():
    rows = Publisher.objects.using("scratch").order_by("pk")
    return PublisherSerializer(rows, many=True).data


def test_locked(scratch):
    Publisher.objects.using("scratch").create(name="one", country="de")
    writer = sqlite3.connect(scratch)
    writer.execute("BEGIN EXCLUSIVE")
    assert_same(publishers)
    writer.close()
    assert len(assert_same(publishers)) == 1


def test_threads(scratch):
    """Each has its own connection, and steps it while others run."""
    rows = [Publisher(name=f"name {number}", country="de") for number in range(2000)]
    Publisher.objects.using("scratch").bulk_create(rows)
    expected = list(publishers())
    results = []

    def read():
        connections["scratch"].connect()
        try:
            results.extend(list(publishers()) == expected for _ in range(5))
        finally:
            connections["scratch"].close()

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 20


MANY_ROWS = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 100000)
SELECT n, 'text ' || n FROM numbers
"""


@pytest.mark.parametrize("milliseconds", range(0, 20, 2))
def test_a_shared_connection_is_closed_by_another_thread(milliseconds):
    """Whoever closes it waits for the rows that are being read."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    cursor = connection.execute(MANY_ROWS)
    closing = threading.Timer(milliseconds / 1000, connection.close)
    closing.start()
    grid = drivers.sqlite().read(cursor, {})
    closing.join()
    assert grid is None or len(grid) == 100_000
    with pytest.raises(sqlite3.ProgrammingError):
        cursor.fetchall()


def test_shared_cache():
    """An in-memory database of several connections."""
    with _scratch("file:scratch?mode=memory&cache=shared"):
        Publisher.objects.using("scratch").create(name="one", country="de")
        assert len(assert_same(publishers, tier="rows")) == 1


def test_another_layout_is_refused():
    """Where cursors do not keep their statements, or call another library, nothing is read."""
    known = drivers.sqlite()
    addresses = drivers._addresses(
        drivers._library(__import__("_sqlite3").__file__), known.functions()
    )
    memory = sqlite3.connect(":memory:")
    cursor = memory.execute("SELECT 1")
    for statement in (object(), None):
        with pytest.raises(LookupError):
            drivers.Sqlite(addresses, cursor, statement, memory)
    for name in known.functions():
        with pytest.raises(LookupError):
            drivers.Sqlite({**addresses, name: 0}, cursor, None, memory)
    assert known.read(memory.execute("CREATE TABLE t (a)"), {}) is None
    assert known.read(object(), {}) is None
    memory.close()


def test_a_library_of_another_version(monkeypatch):
    monkeypatch.setattr(drivers, "_is_of_version", lambda *args: False)
    assert drivers.sqlite.__wrapped__() is None
