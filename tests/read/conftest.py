"""Books to read, and whether the cells of their rows were taken from below the driver."""

import pytest

import databases
from bookshop.data import fill_shop
from bookshop.models import Book
from django_rustaccel.querysets import postgres, sqlite
from read.arrivals import MANY
from read.cells import books


@pytest.fixture
def taken(monkeypatch):
    """For each statement that was read, whether its cells were taken natively."""
    answers = []
    ways = [(sqlite, "take"), (postgres, "take")]
    if databases.selected() == "postgres":
        from django_rustaccel.querysets.receiving import Receiver

        ways.append((Receiver, "grid"))
    for owner, name in ways:
        stock = getattr(owner, name)

        def take(cursor, stock=stock):
            found = stock(cursor)
            answers.append(found is not None)
            return found

        monkeypatch.setattr(owner, name, take)
    return answers


@pytest.fixture
def received(monkeypatch):
    """How many parts each statement came in."""
    from django_rustaccel.querysets.receiving import Receiver

    counts, stock = [], Receiver._receive

    def receive(self, params):
        try:
            yield from stock(self, params)
        finally:
            counts.append(-(-self.rows // postgres.PART))

    monkeypatch.setattr(Receiver, "_receive", receive)
    return counts


@pytest.fixture
def many_books(db):
    """More than one part; the pages number them."""
    fill_shop(MANY)
    for number, book in enumerate(books()):
        Book.objects.filter(pk=book.pk).update(pages=number)


@pytest.fixture
def linked_shop(db):
    """Thirty books, the first without a publisher."""
    fill_shop(30)
    Book.objects.filter(pk=Book.objects.first().pk).update(publisher=None)
