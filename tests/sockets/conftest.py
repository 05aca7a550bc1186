"""Consumers look at the connections of a thread that no earlier test has used."""

import pytest


@pytest.fixture(autouse=True)
def _own_thread(new_thread: None) -> None:
    """See ``new_thread``."""
