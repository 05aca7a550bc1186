"""Natural keys in what `Serializer` writes: those of Django, asked of each related object once."""

from typing import Any

import pytest

from bookshop.models import Country, Town, Treaty
from django_rustaccel.serializers import json as our_json
from engines import captured_queries
from serializers.both import assert_serialized_alike, every_model, fill, fill_countries

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled() -> None:
    fill()


@pytest.mark.parametrize("foreign", [False, True])
@pytest.mark.parametrize("primary", [False, True])
@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_natural_keys(filled: None, model: Any, foreign: bool, primary: bool) -> None:
    assert_serialized_alike(
        lambda: model.objects.order_by("pk"),
        use_natural_foreign_keys=foreign,
        use_natural_primary_keys=primary,
    )


def test_related_objects_are_read_once_for_natural_keys() -> None:
    fill_countries()
    for name in "abcdef":
        Town.objects.create(name=name, country=Country.objects.get(code="fr"))
    options = {"use_natural_foreign_keys": True}
    text = assert_serialized_alike(Town.objects.order_by("pk").all, rows=True, **options)
    assert '"country": ["fr"]' in text
    with captured_queries() as queries:
        our_json.Serializer().serialize(Town.objects.order_by("pk"), **options)
    # The towns, both countries, and the one twin, whose key asks for its country.
    assert len(queries) == 4


@pytest.mark.parametrize("known", ["select_related", "prefetch_related"])
def test_related_objects_that_are_known(known: str) -> None:
    fill_countries()
    source = lambda: getattr(Town.objects.order_by("pk"), known)("country")  # noqa: E731
    assert_serialized_alike(source, use_natural_foreign_keys=True, rows=False)


def test_a_natural_key_that_leads_nowhere() -> None:
    fill_countries()

    def source() -> Any:
        return Treaty.objects.order_by("pk").all()

    fields = ["title", "signed_in"]
    assert_serialized_alike(source, use_natural_foreign_keys=True, fields=fields, rows=True)
    with pytest.MonkeyPatch.context() as patch:
        hidden = Town._base_manager.get_queryset().none
        patch.setattr(type(Town._base_manager), "get_queryset", lambda manager: hidden())
        assert_serialized_alike(source, use_natural_foreign_keys=True, fields=fields)
