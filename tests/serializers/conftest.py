"""Our modules in the place of Django's, as ``SERIALIZATION_MODULES`` puts them."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.core import serializers

from bookshop.models import Book, Category, Country, Person, Shelf, Tag, UUIDKeyed

OURS = {name: f"django_rustaccel.serializers.{name}" for name in ("json", "jsonl")}


@pytest.fixture(autouse=True)
def in_order(monkeypatch: Any) -> None:
    """A server may give the tags of many books in another order than those of one."""
    for model in (Category, Country, Person, Shelf, Tag):
        monkeypatch.setattr(model._meta, "ordering", ["pk"])


@pytest.fixture(autouse=True)
def default_keys(monkeypatch: Any) -> None:
    """Two runs have to make the same ones."""
    for model, name in ((Book, "uuid"), (UUIDKeyed, "id")):
        monkeypatch.setattr(model._meta.get_field(name), "_get_default", lambda: UUID(int=7))


@pytest.fixture
def in_place(settings: Any) -> Iterator[None]:
    settings.SERIALIZATION_MODULES = OURS
    serializers._serializers.clear()
    yield
    serializers._serializers.clear()
