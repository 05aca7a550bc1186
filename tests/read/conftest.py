"""Whether the cells of rows were taken from below the driver."""

import pytest

import databases
from django_rustaccel.querysets import postgres, sqlite


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
