"""Cells from the libraries below the drivers: what they are, and when the driver makes them."""

import contextlib
import sqlite3
import threading

import pytest
from django.db import connection, connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Func
from django.db.models.expressions import RawSQL
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher
from bookshop.serializers import BookSerializer, NestedBookSerializer
from django_rustaccel.core import drivers
from django_rustaccel.querysets import fetch, postgres, sqlite
from engines import assert_same

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.databases_of("sqlite")
on_postgres = pytest.mark.databases_of("postgres")
COLUMNS = [column.attname for column in Book._meta.concrete_fields]


class AsTheyAre(serializers.ModelSerializer):
    """Every column as an instance has it."""

    class Meta:
        model = Book
        fields = COLUMNS
        extra_kwargs = {}

    def build_field(self, *args, **kwargs):
        return serializers.ReadOnlyField, {}


@pytest.fixture
def taken(monkeypatch):
    """For each statement that was read, whether its cells were taken natively."""
    answers = []
    for module in (sqlite, postgres):
        stock = module.take

        def take(cursor, stock=stock):
            found = stock(cursor)
            answers.append(found is not None)
            return found

        monkeypatch.setattr(module, "take", take)
    return answers


def books():
    return Book.objects.order_by("pk")


def assert_same_books(queryset=books, **options):
    for serializer in (BookSerializer, AsTheyAre, NestedBookSerializer):
        assert_same(lambda cls=serializer: cls(queryset(), many=True).data, **options)


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.databases_of("sqlite", "postgres")
def test_cells_are_taken_natively(taken):
    fill_shop(5)
    assert_same_books(tier="rows")
    assert taken == [True] * 4


@pytest.mark.databases_of("sqlite", "postgres")
@pytest.mark.parametrize("library", ["sqlite", "libpq"])
def test_without_the_library_the_driver_makes_the_rows(library, monkeypatch):
    fill_shop(5)
    monkeypatch.setattr(drivers, library, lambda: None)
    assert_same_books(tier="rows")


@pytest.mark.databases_of("sqlite", "postgres")
def test_a_cursor_that_wants_to_see_its_rows(taken, monkeypatch):
    """Debugging tools wrap `fetchall`: what they wrap is called."""
    fill_shop(2)
    seen = []

    class Watching(CursorWrapper):
        def fetchall(self):
            rows = self.cursor.fetchall()
            seen.append(len(rows))
            return rows

    monkeypatch.setattr(connection, "make_cursor", lambda cursor: Watching(cursor, connection))
    assert len(BookSerializer(books(), many=True).data) == 2
    assert (seen, taken) == ([2], [])


@pytest.mark.databases_of("sqlite", "postgres")
def test_instances_of_rows_that_were_read():
    fill_shop(4)

    def work():
        rows = books()
        list(BookSerializer(rows, many=True).data)
        return [(book.title, book.price, book.uuid, book.created, book.published) for book in rows]

    assert_same(work)


@pytest.mark.databases_of("sqlite", "postgres")
def test_rows_of_a_grid():
    fill_shop(3)
    statement = books().values_list("id", "title", "publisher_id").query.sql_with_params()
    grid, _ = fetch.fetch("default", *statement, may_be_text=True)
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        rows = fetch.MadeRows(cursor.fetchall())
    assert type(grid) is drivers.Grid
    assert grid.rows() == rows
    assert grid.column(1) == rows.column(1)
    assert grid.keys(2) == rows.keys(2)
    assert grid.take([2, 0]).rows() == rows.take([2, 0])
    with pytest.raises(IndexError):
        grid.take([3])
    with pytest.raises(IndexError):
        grid.column(3)


@on_sqlite
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


def annotated(expression):
    class Annotated(serializers.ModelSerializer):
        value = serializers.ReadOnlyField()

        class Meta:
            model = Book
            fields = ["id", "value"]

    return lambda: Annotated(books().annotate(value=expression), many=True).data


def number_of(function, *arguments):
    return Func(*arguments, function=function, output_field=models.IntegerField())


@on_sqlite
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


@on_sqlite
def test_an_error_of_sqlite_at_some_row():
    fill_shop(3)
    execute(
        "UPDATE bookshop_book SET stock = -9223372036854775808 "
        "WHERE id = (SELECT max(id) FROM bookshop_book)"
    )
    assert_same(annotated(number_of("abs", F("stock"))))
    assert_same_books()


@on_sqlite
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


@on_sqlite
def test_converters_are_called(monkeypatch):
    fill_shop(3)
    monkeypatch.setitem(sqlite3.converters, "VARCHAR", lambda text: text.decode().upper())
    assert_same_books(tier="rows")
    monkeypatch.delitem(sqlite3.converters, "VARCHAR")
    monkeypatch.setitem(sqlite3.converters, "SHOUT", lambda text: text.decode().upper())
    named = Func(F("title"), function="trim", output_field=models.TextField())
    assert_same(lambda: list(books().annotate(**{"value [shout]": named}).values("value [shout]")))


@on_sqlite
@pytest.mark.parametrize("factory", [bytes, lambda text: text.decode().upper()])
def test_text_factory(factory):
    fill_shop(3)
    connection.ensure_connection()
    connection.connection.text_factory = factory
    try:
        assert_same(lambda: AsTheyAre(books(), many=True).data["title"])
    finally:
        connection.connection.text_factory = str


@on_sqlite
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


@pytest.mark.databases_of("sqlite", "postgres")
def test_a_statement_like_one_that_is_being_read():
    fill_shop(5)

    def work():
        found = []
        for book in books().iterator(chunk_size=2):
            found.append((book.pk, BookSerializer(books(), many=True).data))
            found.append(BookSerializer(books().filter(pk=0), many=True).data)
        return found

    assert_same(work, tier="rows")


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


@on_sqlite
def test_locked(scratch):
    Publisher.objects.using("scratch").create(name="one", country="de")
    writer = sqlite3.connect(scratch)
    writer.execute("BEGIN EXCLUSIVE")
    assert_same(publishers)
    writer.close()
    assert len(assert_same(publishers)) == 1


@on_sqlite
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


@on_sqlite
def test_shared_cache():
    """An in-memory database of several connections."""
    with _scratch("file:scratch?mode=memory&cache=shared"):
        Publisher.objects.using("scratch").create(name="one", country="de")
        assert len(assert_same(publishers, tier="rows")) == 1


@on_sqlite
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


def test_a_library_that_is_not_found(monkeypatch):
    def missing(file):
        raise OSError("no such library")

    monkeypatch.setattr(drivers, "_library", missing)
    assert drivers.sqlite.__wrapped__() is None
    assert drivers.libpq.__wrapped__() is None


@on_sqlite
def test_a_library_of_another_version(monkeypatch):
    monkeypatch.setattr(drivers, "_is_of_version", lambda *args: False)
    assert drivers.sqlite.__wrapped__() is None


@pytest.mark.databases_of("sqlite", "postgres")
def test_memory_does_not_grow():
    fill_shop(20)
    statement = books().query.sql_with_params()

    def resident():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096

    try:
        resident()
    except OSError:
        pytest.skip("/proc tells the memory of a process on Linux only")
    for _ in range(1000):
        fetch.fetch("default", *statement, may_be_text=True)
    before = resident()
    for _ in range(10_000):
        fetch.fetch("default", *statement, may_be_text=True)
    assert resident() - before < 2**22


@on_postgres
@pytest.mark.parametrize(
    "value", ["'NaN'", "'Infinity'", "'-Infinity'", "1e300", "1e-300", "0.1", "-0.0", "NULL"]
)
def test_floats_of_postgres(value):
    fill_shop(2)
    execute(f"UPDATE bookshop_book SET rating = {value}")
    assert_same_books()


@on_postgres
@pytest.mark.parametrize(
    "sql",
    [
        "'a'::text", "'a'::char(5)", "''::varchar", "1::smallint", "(2^62)::bigint", "1.5::real",
        "true", "NULL", "1.10::numeric", "'NaN'::numeric", "'2024-02-29'::date", "'x'::name",
        "'\\xff00'::bytea", "'{1,NULL}'::int[]", "'{\"a\": 1}'::jsonb", "'{\"a\": 1}'::json",
        "'(1,2)'::point", "'10.0.0.1'::inet", "'1 day'::interval", "'12:30'::time",
        "'2024-01-01 12:00+02'::timestamptz", "'2024-01-01 12:00'::timestamp", "1::oid",
        "'[1,5)'::int4range", "'00000000-0000-0000-0000-00000000000a'::uuid", "row(1, 'a')",
    ],
)  # fmt: skip
def test_types_of_postgres(sql, taken):
    """Whatever psycopg makes of a type is made of a cell that was taken."""
    fill_shop(2)
    value = RawSQL(sql.replace("%", "%%"), (), output_field=models.Field())
    assert_same(annotated(value))
    assert taken == [True]


@on_postgres
def test_a_loader_of_the_projects_own():
    from psycopg.types.numeric import IntLoader

    class Doubled(IntLoader):
        def load(self, data):
            return 2 * super().load(data)

    fill_shop(2)
    connection.ensure_connection()
    adapters = connection.connection.adapters
    stock = adapters.get_loader(23, 0)
    adapters.register_loader("int4", Doubled)
    try:
        assert_same(lambda: AsTheyAre(books(), many=True).data)
    finally:
        adapters.register_loader("int4", stock)


@on_postgres
def test_another_client_encoding():
    fill_shop(2)
    Book.objects.update(title="ü")
    execute("SET client_encoding TO latin1")
    try:
        assert_same_books()
    finally:
        execute("SET client_encoding TO utf8")
