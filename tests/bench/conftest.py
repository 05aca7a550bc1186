"""The shop at the size of the speed contract."""

import pytest

from bookshop.data import fill_shop

ROWS = 1000


@pytest.fixture
def shop(db: None) -> None:
    fill_shop(ROWS)
