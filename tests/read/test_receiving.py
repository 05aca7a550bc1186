"""Rows of PostgreSQL that are taken while they arrive: what happens to them on the way."""

import threading

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.db.models import Field
from django.db.models.expressions import RawSQL
from rest_framework.renderers import JSONRenderer

from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from django_rustaccel.core import drivers
from django_rustaccel.querysets import postgres
from engines import ENGINES, assert_same, captured_queries, running
from read.arrivals import MANY, MARKS
from read.cells import assert_same_books, books

pytestmark = MARKS


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 150])
def test_any_number_of_rows(count, taken):
    fill_shop(count)
    for _ in range(3):
        assert_same_books(tier="rows")
    assert all(taken) or not count


def test_parts(many_books, received):
    assert len(BookSerializer(books(), many=True).data) == MANY
    assert received == [3]


def test_short_results_come_in_one_piece(received):
    fill_shop(5)
    for _ in range(3):
        assert_same(lambda: NestedBookSerializer(books(), many=True).data, tier="rows")
    assert received == [1, 1]  # the first time that the books and their tags were read


@pytest.mark.django_db(transaction=True)
def test_transactions_begin_as_ever(many_books):
    """Without autocommit, psycopg begins a transaction with the first statement."""
    connection.set_autocommit(False)
    try:
        assert len(BookSerializer(books(), many=True).data) == MANY
        assert connection.connection.info.transaction_status.name == "INTRANS"
        connection.rollback()
    finally:
        connection.set_autocommit(True)


def test_wrappers_see_what_psycopg_says_of_a_result(many_books):
    seen = {engine: [] for engine in ENGINES}
    for engine in ENGINES:

        def look(execute, sql, params, many, context, said=seen[engine]):
            answer = execute(sql, params, many, context)
            cursor = context["cursor"]
            said += [cursor.rowcount, cursor.statusmessage, cursor.rownumber]
            said += [(column.name, column.type_code) for column in cursor.description]
            return answer

        with running(engine), connection.execute_wrapper(look):
            assert BookSerializer(books(), many=True).data
    assert seen["rustaccel"] == seen["stock"]
    assert seen["stock"][0] == MANY


def test_a_wrapper_that_explains_first(many_books, taken):
    plans = []

    def explain(execute, sql, params, many, context):
        cursor = context["cursor"].cursor
        cursor.execute(f"EXPLAIN {sql}", params)
        plans.extend(cursor.fetchall())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        data = BookSerializer(books(), many=True).data
    assert plans
    assert (len(data), taken) == (MANY, [True])


def test_a_wrapper_that_comments(many_books, taken, received):
    def comment(execute, sql, params, many, context):
        return execute(f"{sql} /* from here */", params, many, context)

    with connection.execute_wrapper(comment):
        assert_same_books(tier="rows")
    assert all(taken)
    assert received == []


def test_a_wrapper_that_tries_another_statement_after_an_error(many_books):
    """Rows that came before the error are forgotten."""
    render = JSONRenderer().render

    def retry(execute, sql, params, many, context):
        if not sql.startswith("SELECT"):
            return execute(sql, params, many, context)
        try:
            with transaction.atomic():
                return execute(sql, params, many, context)
        except DatabaseError:
            return execute(sql.replace("1 / (", "0 * ("), params, many, context)

    def work():
        value = RawSQL("1 / (pages - 150)", (), output_field=Field())
        rows = Book.objects.alias(value=value).order_by("value", "-pk")
        with connection.execute_wrapper(retry):
            return render(BookSerializer(rows, many=True).data)

    for _ in range(3):
        assert_same(work)


def test_what_is_executed_is_logged(many_books, received):
    logs = []
    for engine in ENGINES:
        with running(engine), captured_queries() as queries:
            assert BookSerializer(books().filter(pages__gte=7), many=True).data
        logs.append(queries)
    assert logs[0] == logs[1]
    assert received == [3]


def test_rows_that_psycopg_has_to_make(many_books, monkeypatch):
    from django_rustaccel.querysets.receiving import Receiver

    monkeypatch.setattr(Receiver, "grid", lambda self: None)
    for _ in range(3):
        assert_same_books(tier="rows")


class Refusing:
    """Arrivals that take the first part only."""

    def __init__(self, arrivals):
        self.arrivals = arrivals
        self.finish = arrivals.finish
        self.parts = 0

    def add(self, address):
        self.parts += 1
        return self.parts == 1 and self.arrivals.add(address)


def test_an_odd_cell_in_a_later_part(monkeypatch):
    """The rows before it have been taken, and are made of that."""
    from django_rustaccel.querysets.receiving import Receiver

    class Library:
        def begin(self, address, plain):
            arrivals, texts = library.begin(address, plain)
            return Refusing(arrivals), texts

    library = drivers.libpq()
    monkeypatch.setattr(drivers, "libpq", Library)
    sql = "SELECT n, n / 8::numeric, NULLIF(n, 3)::text FROM generate_series(1, 200) AS n"
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        rows = cursor.execute(sql).fetchall()
        with Receiver(cursor, sql, postgres.unwatched) as receiver:
            cursor.execute(sql)
        assert (receiver.has_received, receiver.grid()) == (True, None)
        assert receiver.made() == rows


def test_another_cursor_class(many_books, received):
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    driver = connection.connection
    stock, driver.cursor_factory = driver.cursor_factory, ServerBindingCursor
    try:
        assert_same_books(tier="rows")
    finally:
        driver.cursor_factory = stock
    assert received == []


@pytest.mark.django_db(transaction=True)
def test_threads_share_a_connection(many_books):
    expected = JSONRenderer().render(BookSerializer(books(), many=True).data)
    answers = []

    def read():
        for _ in range(5):
            data = BookSerializer(books(), many=True).data
            answers.append(JSONRenderer().render(data))

    connection.inc_thread_sharing()
    shared = connections["default"]

    def run():
        connections["default"] = shared
        read()

    threads = [threading.Thread(target=run) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        connection.dec_thread_sharing()
    assert answers == [expected] * 20
