"""Rows tier, column by column: every Django field type under every serializer field class."""

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from bookshop import models
from engines import assert_same, difference, outcome
from read.rows import ORDINARY, fill_fields
from read.samples import FIELDS
from read.values import TOKYO

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rows(db):
    fill_fields()


def every_column(model, **options):
    """A ModelSerializer over all of `model`, as Django REST framework would map its fields."""
    meta = type("Meta", (), {"model": model, "fields": "__all__", **options})
    return type(f"All{model.__name__}", (serializers.ModelSerializer,), {"Meta": meta})


MODELS = [models.Everything, models.Nothing, models.Numbers]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_model_serializer(model):
    sample, rows = every_column(model), model.objects.order_by("pk")
    assert_same(lambda: sample(rows.all(), many=True).data)
    loaded = list(rows)
    assert_same(lambda: sample(loaded, many=True).data, tier="instances")
    assert_same(lambda: [sample(one).data for one in loaded], tier="instances")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_columns_are_read_as_rows(model):
    names = [f.name for f in model._meta.concrete_fields]
    sample = every_column(model, fields=names)
    assert_same(lambda: sample(model.objects.order_by("pk"), many=True).data, tier="rows")


@pytest.mark.parametrize("column", ["id", *ORDINARY])
@pytest.mark.parametrize("model", MODELS[:2], ids=lambda model: model.__name__)
def test_one_column_alone(model, column):
    sample = every_column(model, fields=[column])
    rows = assert_same(lambda: sample(model.objects.order_by("pk"), many=True).data, tier="rows")
    assert len(rows) == 3


def differences(make, model):
    """The columns of `model` on which the engines do not agree under the field `make` gives."""
    found = []
    for column in ORDINARY:
        field = make()
        if field.source is not None:
            return []
        field.source = field._kwargs["source"] = column
        sample = type("Sample", (serializers.Serializer,), {"value": field})

        def work(sample=sample):
            return sample(model.objects.order_by("pk"), many=True).data

        how = difference(outcome(work, "stock"), outcome(work, "rustaccel"))
        if how is not None:
            found.append(f"{column}: {how}")
    return found


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("model", MODELS[:2], ids=lambda model: model.__name__)
def test_serializer_field_over_every_column(name, model):
    found = differences(FIELDS[name], model)
    if found:
        pytest.fail("\n".join([f"{len(found)} differences", *found[:30]]))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("use_tz", [True, False])
def test_active_timezone(model, use_tz):
    sample = every_column(model)
    with override_settings(USE_TZ=use_tz, TIME_ZONE="Europe/Berlin"), timezone.override(TOKYO):
        assert_same(lambda: sample(model.objects.order_by("pk"), many=True).data)


def test_timezone_changes_between_two_calls_of_one_class():
    sample = every_column(models.Everything, fields=["date", "datetime", "time"])
    for zone in ("Europe/Berlin", "Asia/Kolkata", "UTC", "America/St_Johns"):
        with timezone.override(zone):
            assert_same(
                lambda: sample(models.Everything.objects.order_by("pk"), many=True).data,
                tier="rows",
            )


@pytest.mark.parametrize("language", ["de", "fr", "en-us"])
def test_language(language):
    class Localized(serializers.ModelSerializer):
        cents = serializers.DecimalField(max_digits=10, decimal_places=2, localize=True)

        class Meta:
            model = models.Numbers
            fields = "__all__"

    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=True):
        assert_same(lambda: Localized(models.Numbers.objects.order_by("pk"), many=True).data)


@pytest.mark.parametrize("coerce", [True, False])
def test_decimals_as_text_or_number(coerce):
    sample = every_column(models.Numbers)
    with override_settings(REST_FRAMEWORK={"COERCE_DECIMAL_TO_STRING": coerce}):
        assert_same(lambda: sample(models.Numbers.objects.order_by("pk"), many=True).data)


def test_files_with_a_request():
    sample = every_column(models.Everything, fields=["file", "image"])
    context = {"request": APIRequestFactory().get("/there/")}
    assert_same(
        lambda: sample(models.Everything.objects.order_by("pk"), many=True, context=context).data
    )


def test_odd_names_of_columns():
    models.BigKeyed.objects.create(name="a")
    sample = every_column(models.BigKeyed)
    assert_same(lambda: sample(models.BigKeyed.objects.all(), many=True).data, tier="rows")


@pytest.mark.parametrize("model", [models.TextKeyed, models.UUIDKeyed, models.Calculated])
def test_keys_that_are_no_integers(model):
    keyed = {models.TextKeyed: {"code": "ü/1"}}.get(model, {"name": "a"})
    model.objects.create(**keyed)
    sample = every_column(model)
    assert_same(lambda: sample(model.objects.all(), many=True).data, tier="rows")


def test_composite_primary_key():
    account = models.Account.objects.create(number=5)
    models.Paired.objects.create(account=account, code="x")

    class PairedSerializer(serializers.ModelSerializer):
        key = serializers.ReadOnlyField(source="pk")

        class Meta:
            model = models.Paired
            fields = ["account", "code", "key"]

    assert_same(lambda: PairedSerializer(models.Paired.objects.all(), many=True).data)
