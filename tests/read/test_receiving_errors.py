"""What the server says, and who interrupts, while rows of PostgreSQL arrive: stock's outcome."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Field
from django.db.models.expressions import RawSQL

from bookshop.serializers import BookSerializer
from engines import ENGINES, running
from read.arrivals import MANY, MARKS
from read.cells import annotated, books, execute

pytestmark = MARKS

#: Raises the error of a code at the row whose number of pages is asked for.
FAIL = """
CREATE OR REPLACE FUNCTION fail(pages int, at int, code text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    IF pages = at THEN
        RAISE EXCEPTION 'no “%”', code USING ERRCODE = code, DETAIL = 'a', HINT = 'b';
    END IF;
    RETURN pages;
END $$
"""


def valued(sql):
    """The books, with a value that SQL gives."""
    return annotated(RawSQL(sql, (), output_field=Field()))


def failure(work):
    """What an error says, and what it leaves behind."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        work()
    error, cause = caught.value, caught.value.__cause__
    diagnosis = getattr(cause, "diag", None)
    names = [name for name in dir(diagnosis) if not name.startswith("_")]
    said = {name: getattr(diagnosis, name) for name in names if isinstance(name, str)}
    said = {name: value for name, value in said.items() if value is None or isinstance(value, str)}
    return type(error), str(error), type(cause), getattr(cause, "sqlstate", None), said


def state():
    """Whether the connection works, and its transaction."""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone(), connection.needs_rollback
    return connection.needs_rollback, connection.is_usable()


def assert_same_failure(work):
    outcomes = []
    for engine in ENGINES:
        with running(engine):
            with suppress(transaction.TransactionManagementError), transaction.atomic():
                raised = failure(work)
                inside = state()
                transaction.set_rollback(True)
            outcomes.append((raised, inside, state()))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("code", ["22012", "57014", "55P03", "40P01", "40001", "P0001", "XX000"])
@pytest.mark.parametrize("at", [0, MANY // 2, MANY - 1])
def test_errors_of_the_server(code, at, many_books, received):
    execute(FAIL)
    assert_same_failure(valued(f"fail(pages, {at}, '{code}')"))
    assert received


@pytest.mark.parametrize(
    "sql", ["1 / (pages - 100)", "no_such_column", "'x'::int", "(", "1; SELECT"]
)
def test_errors_of_sql(sql, many_books, received):
    assert_same_failure(valued(sql))
    assert received


def test_statement_timeout(many_books):
    execute("SET LOCAL statement_timeout = 50")
    assert_same_failure(valued("pg_sleep(0.005)"))


@pytest.mark.django_db(transaction=True)
def test_lock_timeout(many_books):
    other = connection.copy()
    try:
        execute("SET lock_timeout = 50")
        with other.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE bookshop_book")
        assert_same_failure(lambda: BookSerializer(books(), many=True).data)
    finally:
        other.close()
        execute("RESET lock_timeout")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_transaction", [False, True])
def test_a_server_process_that_ends(many_books, in_transaction):
    """Its error reaches the user, and the next request has another connection."""
    last = "CASE WHEN pages = 150 THEN pg_terminate_backend(pg_backend_pid()) END"

    def outcome():
        raised = failure(valued(last))
        usable = connection.is_usable()
        return raised, usable

    outcomes = []
    for engine in ENGINES:
        with running(engine):
            if in_transaction:
                with suppress(DatabaseError), transaction.atomic():
                    outcomes.append(outcome())
            else:
                outcomes.append(outcome())
        connection.close_if_unusable_or_obsolete()
        assert BookSerializer(books(), many=True).data
    assert outcomes[0] == outcomes[1]
    assert not outcomes[0][1]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_closed(many_books):
    outcomes = []
    for engine in ENGINES:
        with running(engine):
            connection.ensure_connection()
            connection.connection.close()
            outcomes.append(failure(lambda: BookSerializer(books(), many=True).data))
            connection.close()
    assert outcomes[0] == outcomes[1]


def test_notices_and_notifications_reach_their_handlers(many_books):
    execute(
        "CREATE OR REPLACE FUNCTION tell(pages int) RETURNS int LANGUAGE plpgsql AS $$"
        "BEGIN RAISE NOTICE 'page %', pages; RETURN pages; END $$"
    )
    heard = {engine: [] for engine in ENGINES}
    for engine in ENGINES:
        driver, said = connection.connection, heard[engine]

        def hear(notice, said=said):
            said.append(notice.message_primary)

        driver.add_notice_handler(hear)
        with running(engine):
            valued("tell(pages)")()
        driver.remove_notice_handler(hear)
    assert heard["rustaccel"] == heard["stock"]
    assert len(heard["stock"]) == MANY


INTERRUPTED = """
import sys, threading, signal, os, time
import django
django.setup()
from django.db import connection, transaction
import django_rustaccel
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from contextlib import nullcontext
from django.db.models.expressions import RawSQL
from django.db.models import Field

connection.settings_dict["NAME"] = sys.argv[2]
wait = RawSQL("pg_sleep(CASE WHEN pages < 100 THEN 0 ELSE 10 END)::text", (), output_field=Field())
rows = Book.objects.alias(w=wait).filter(w="").order_by("pages")

def interrupt():
    time.sleep(0.7)
    os.kill(os.getpid(), signal.SIGINT)

def work():
    threading.Thread(target=interrupt).start()
    try:
        len(BookSerializer(rows, many=True).data)
    except KeyboardInterrupt as error:
        print("interrupted", type(error.__cause__), type(error.__context__))

stock = sys.argv[1] == "stock"
connection.ensure_connection()
started = time.monotonic()
with django_rustaccel.disabled() if stock else nullcontext():
    work()
    print(connection.connection.info.transaction_status.name, Book.objects.count())
    try:
        with transaction.atomic():
            work()
            print(connection.connection.info.transaction_status.name)
            Book.objects.count()
    except Exception as error:
        print(type(error), error)
    print(connection.connection.info.transaction_status.name, Book.objects.count())
print(time.monotonic() - started < 9)
"""


@pytest.mark.django_db(transaction=True)
def test_interruption(many_books):
    """Ctrl-C cancels the statement and leaves the connection as stock leaves it."""
    name = connection.settings_dict["NAME"]
    tests = str(Path(__file__).parent.parent)
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "settings", "PYTHONPATH": tests}

    def run(engine):
        command = [sys.executable, "-c", INTERRUPTED, engine, name]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    outputs = [run(engine) for engine in ENGINES]
    assert outputs[0] == outputs[1]
    assert "interrupted" in outputs[0]
    assert outputs[0].endswith("True\n")
