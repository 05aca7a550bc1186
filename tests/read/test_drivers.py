"""Cells from the libraries below the drivers, and when the driver makes them after all."""

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper

from bookshop.data import fill_shop
from bookshop.serializers import BookSerializer
from django_rustaccel.core import drivers
from django_rustaccel.querysets import fetch
from engines import assert_same
from read.cells import assert_same_books, books

pytestmark = [pytest.mark.django_db, pytest.mark.databases_of("sqlite", "postgres")]


def test_cells_are_taken_natively(taken):
    fill_shop(5)
    assert_same_books(tier="rows")
    assert taken == [True] * 4


@pytest.mark.parametrize("library", ["sqlite", "libpq"])
def test_without_the_library_the_driver_makes_the_rows(library, monkeypatch):
    fill_shop(5)
    monkeypatch.setattr(drivers, library, lambda: None)
    assert_same_books(tier="rows")


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


def test_instances_of_rows_that_were_read():
    fill_shop(4)

    def work():
        rows = books()
        list(BookSerializer(rows, many=True).data)
        return [(book.title, book.price, book.uuid, book.created, book.published) for book in rows]

    assert_same(work)


def test_rows_of_a_grid():
    fill_shop(3)
    statement = books().values_list("id", "title", "publisher_id").query.sql_with_params()
    grid = fetch.fetch("default", *statement, may_be_text=True).cells
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


def test_a_statement_like_one_that_is_being_read():
    fill_shop(5)

    def work():
        found = []
        for book in books().iterator(chunk_size=2):
            found.append((book.pk, BookSerializer(books(), many=True).data))
            found.append(BookSerializer(books().filter(pk=0), many=True).data)
        return found

    assert_same(work, tier="rows")


def test_a_library_that_is_not_found(monkeypatch):
    def missing(file):
        raise OSError("no such library")

    monkeypatch.setattr(drivers, "_library", missing)
    assert drivers.sqlite.__wrapped__() is None
    assert drivers.libpq.__wrapped__() is None


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
