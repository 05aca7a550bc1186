"""Rows of PostgreSQL that arrive in parts: how many make parts, and where there are any."""

import pytest

import databases
from django_rustaccel.querysets import postgres

#: More rows than one part has.
MANY = 3 * postgres.PART

MARKS = [
    pytest.mark.django_db,
    pytest.mark.databases_of("postgres"),
    pytest.mark.skipif(
        databases.selected() == "postgres" and not postgres._has_parts(),
        reason="libpq gives no parts before version 17",
    ),
]
