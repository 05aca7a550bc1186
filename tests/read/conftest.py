"""Whether the cells of rows were taken from below the driver."""

import pytest

from django_rustaccel.querysets import postgres, sqlite


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
