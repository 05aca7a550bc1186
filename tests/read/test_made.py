"""Values that an instance makes of one column are made of rows as well."""

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.db.models.fields.files import FieldFile
from django.utils import translation
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from bookshop.models import Everything, Numbers
from engines import assert_same
from read.rows import fill_fields

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fields(db: None) -> None:
    fill_fields()
    Everything.objects.filter(pk=Everything.objects.order_by("pk")[0].pk).update(choice="?")


def sample(**fields: Any) -> Any:
    meta = type("Meta", (), {"model": Everything, "fields": ["id", *fields]})
    return type("Sample", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def read(sample: Any, **context: Any) -> Any:
    return lambda: sample(Everything.objects.order_by("pk"), many=True, context=context).data


@pytest.mark.parametrize(
    "field", [serializers.ReadOnlyField, serializers.CharField], ids=lambda field: field.__name__
)
@pytest.mark.parametrize("column", ["choice", "choice_number"])
def test_labels(column: str, field: Any) -> None:
    labelled = sample(label=field(source=f"get_{column}_display"))
    assert_same(read(labelled), tier="rows")


def test_labels_follow_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = [("a", gettext_lazy("Yes")), ("b", gettext_lazy("No"))]
    monkeypatch.setattr(Everything._meta.get_field("choice"), "choices", choices)
    labelled = sample(label=serializers.ReadOnlyField(source="get_choice_display"))
    for language in ("de", "fr", "de"):
        with translation.override(language):
            assert_same(read(labelled), tier="rows")


def test_choices_made_by_a_callable_are_asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    choices = {"a": "first"}
    field = Everything._meta.get_field("choice")
    monkeypatch.setattr(field, "choices", lambda: choices)
    labelled = sample(label=serializers.CharField(source="get_choice_display"))
    for label in ("first", "second"):
        choices["a"] = label
        assert_same(read(labelled), tier="rows")


def test_a_label_for_nothing_is_left_to_instances(monkeypatch: pytest.MonkeyPatch) -> None:
    Everything._meta.get_field("choice")
    monkeypatch.setattr(Everything._meta.get_field("choice"), "choices", [(None, "?"), ("a", "A")])
    labelled = sample(label=serializers.CharField(source="get_choice_display"))
    assert_same(read(labelled), tier="instances")


def test_an_own_method_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Everything, "get_choice_display", lambda self: f"own {self.pk}")
    labelled = sample(label=serializers.CharField(source="get_choice_display"))
    assert_same(read(labelled), tier="instances")


class Elsewhere(FileSystemStorage):
    def url(self, name: str | None) -> str:
        if name == "refused":
            raise ValueError("no URL")
        return f"//files.example/{name}?signed"


@pytest.mark.parametrize("use_url", [True, False])
@pytest.mark.parametrize("with_request", [True, False])
@pytest.mark.parametrize("storage", [None, Elsewhere])
def test_files(use_url: bool, with_request: bool, storage: Any, monkeypatch: Any) -> None:
    if storage is not None:
        monkeypatch.setattr(Everything._meta.get_field("file"), "storage", storage())
    context = {"request": APIRequestFactory().get("/x/")} if with_request else {}
    files = sample(
        file=serializers.FileField(use_url=use_url), image=serializers.ImageField(use_url=use_url)
    )
    assert_same(read(files, **context), tier="rows")


def test_an_error_of_a_storage_is_raised_by_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Everything._meta.get_field("file"), "storage", Elsewhere())
    Everything.objects.update(file="refused")
    assert_same(read(sample(file=serializers.FileField())))


def test_a_file_class_of_the_project_has_its_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    class Owned(FieldFile):
        @property
        def url(self) -> str:
            return f"/{self.instance.pk}/"

    monkeypatch.setattr(Everything._meta.get_field("file"), "attr_class", Owned)
    assert_same(read(sample(file=serializers.FileField())), tier="instances")


def test_an_own_file_field_gets_what_stock_gives_it() -> None:
    class Named(serializers.FileField):
        def to_representation(self, value: Any) -> Any:
            return [value.instance.pk, value.name]

    assert_same(read(sample(file=Named())), tier="instances")


COLUMNS = ["binary", "char", "date", "duration", "json", "uuid", "decimal", "boolean", "time"]


@pytest.mark.parametrize("column", COLUMNS)
def test_model_fields(column: str) -> None:
    model_field = Everything._meta.get_field(column)
    assert_same(read(sample(value=serializers.ModelField(model_field))), tier="rows")


def test_a_model_field_of_another_model_asks_the_object() -> None:
    model_field = Numbers._meta.concrete_fields[-1]
    assert_same(read(sample(value=serializers.ModelField(model_field))))


def test_an_own_model_field_gets_the_object() -> None:
    class Key(serializers.ModelField):
        def to_representation(self, obj: Any) -> Any:
            return [obj.pk, type(obj).__name__]

    field = Key(Everything._meta.get_field("char"))
    assert_same(read(sample(value=field)), tier="instances")


def test_a_value_of_the_object_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    field = Everything._meta.get_field("char")

    class Own(type(field)):  # type: ignore[misc]
        def value_to_string(self, obj: Any) -> str:
            return f"{obj.pk}"

    monkeypatch.setattr(field, "__class__", Own)
    assert_same(read(sample(value=serializers.ModelField(field))), tier="instances")
