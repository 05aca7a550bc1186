"""A publisher for the books that are cleaned."""

import pytest

from bookshop.models import Publisher


@pytest.fixture
def publisher(db):
    return Publisher.objects.create(name="House", country="de")
