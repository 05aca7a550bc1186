"""The tables of docs/native-fields.md say what `explain()` says."""

import re
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MinLengthValidator
from rest_framework import VERSION, serializers

import django_rustaccel
from bookshop.models import Publisher, Tag
from docs.pages import DOCS, readers_names
from docs.tables import rows

TABLE = rows(DOCS / "native-fields.md", "field")
#: Classes that no row is about, and why.
ABSTRACT = {
    "Field": "the base of all",
    "RelatedField": "the base of relations",
    "Serializer": "the base of `TagSerializer`",
    "ModelSerializer": "the base of `TagSerializer`",
    "HyperlinkedModelSerializer": "a `ModelSerializer` with another field for keys",
}


def my_own(value: Any) -> None:
    pass


def field_of(cell: str) -> serializers.Field | None:
    """The field that the cell spells; `None` for one that the installed DRF does not have."""
    code, since = re.fullmatch(r"`(.+?)`(?: since ([\d.]+))?", cell).groups()
    if since and since.split(".") > VERSION.split(".")[:2]:
        return None
    return eval(code, vars(serializers) | readers_names() | names_of_rows())


def names_of_rows() -> dict[str, Any]:
    return {
        "MinLengthValidator": MinLengthValidator,
        "DjangoJSONEncoder": DjangoJSONEncoder,
        "my_own": my_own,
        "publishers": Publisher.objects.all(),
        "tags": Tag.objects.all(),
    }


@pytest.mark.parametrize("cells", TABLE, ids=[cells[0] for cells in TABLE])
def test_row(cells: list[str]) -> None:
    field = field_of(cells[0])
    if field is None:
        return
    example = type("Example", (serializers.Serializer,), {"value": field, "get_value": my_own})
    explained = django_rustaccel.explain(example)
    sides = [explained.fields.get("value"), explained.input and explained.input.fields.get("value")]
    assert cells[1:] == [cell_of(side) for side in sides]


def cell_of(side: Any) -> str:
    if side is None:
        return "–"
    reason = re.sub(r" in \S+:\d+", "", side.reason)
    return "; ".join(["native" if side.native else reason, *look_ups(side)])


def look_ups(side: Any) -> list[str]:
    lookups = getattr(side, "lookups", ())
    return ["batched" if lookup.batched else "one by one" for lookup in lookups]


def test_every_class_has_a_row() -> None:
    fields = [field_of(cells[0]) for cells in TABLE]
    shown = {type(field).__name__ for field in fields if field is not None}
    classes = {
        name
        for name, each in vars(serializers).items()
        if isinstance(each, type) and issubclass(each, serializers.Field)
    }
    assert classes - shown == set(ABSTRACT)
