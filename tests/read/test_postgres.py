"""Field types that only PostgreSQL has."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework import serializers

from bookshop import models
from engines import assert_same

pytestmark = [pytest.mark.django_db, pytest.mark.databases_of("postgres")]


@pytest.fixture(autouse=True)
def _rows(db):
    moment = datetime.datetime(2024, 10, 27, 0, 30, tzinfo=datetime.UTC)
    models.PostgresFields.objects.create(
        numbers=[1, None, -3],
        moments=[moment, moment + datetime.timedelta(microseconds=7)],
        grid=[[Decimal("1.10"), Decimal(-2)], [Decimal(0), Decimal("99999.99")]],
        span=(1, 5),
        days=(datetime.date(2024, 1, 1), None),
        pairs={"a": "ü", "b": None, '"': "\\"},
    )
    models.PostgresFields.objects.create(numbers=[], grid=None, pairs={})


COLUMNS = ["numbers", "moments", "grid", "pairs"]


def sample_of(*names, **fields):
    meta = type("Meta", (), {"model": models.PostgresFields, "fields": ["id", *names, *fields]})
    return type("Sample", (serializers.ModelSerializer,), {"Meta": meta, **fields})


@pytest.mark.parametrize("column", COLUMNS)
def test_column(column):
    sample, rows = sample_of(column), models.PostgresFields.objects.order_by("pk")
    assert_same(lambda: sample(rows.all(), many=True).data)
    assert_same(lambda: sample(list(rows.all()), many=True).data)


def test_all_columns_in_a_timezone():
    sample, rows = sample_of(*COLUMNS), models.PostgresFields.objects.order_by("pk")
    with timezone.override("Asia/Tokyo"):
        assert_same(lambda: sample(rows.all(), many=True).data)


@pytest.mark.parametrize("column", ["span", "days"])
def test_ranges(column):
    sample = sample_of(**{column: serializers.ReadOnlyField()})
    rows = models.PostgresFields.objects.order_by("pk")
    assert_same(lambda: sample(rows.all(), many=True).data)
    as_text = sample_of(**{column: serializers.CharField()})
    assert_same(lambda: as_text(rows.all(), many=True).data)


def test_read_only_fields_over_all():
    sample = sample_of(**{name: serializers.ReadOnlyField() for name in COLUMNS})
    assert_same(lambda: sample(models.PostgresFields.objects.order_by("pk"), many=True).data)
