"""Field types that only PostgreSQL has."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Field
from django.db.models.expressions import RawSQL
from django.utils import timezone
from rest_framework import serializers

from bookshop import models
from bookshop.data import fill_shop
from bookshop.models import Book
from engines import assert_same
from read.cells import AsTheyAre, annotated, assert_same_books, books, execute

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


@pytest.mark.parametrize(
    "value", ["'NaN'", "'Infinity'", "'-Infinity'", "1e300", "1e-300", "0.1", "-0.0", "NULL"]
)
def test_floats_of_postgres(value):
    fill_shop(2)
    execute(f"UPDATE bookshop_book SET rating = {value}")
    assert_same_books()


@pytest.mark.parametrize(
    "sql",
    [
        "'a'::text", "'a'::char(5)", "''::varchar", "1::smallint", "(2^62)::bigint", "1.5::real",
        "true", "NULL", "1.10::numeric", "'NaN'::numeric", "'2024-02-29'::date", "'x'::name",
        "'\\xff00'::bytea", "'{1,NULL}'::int[]", "'{\"a\": 1}'::jsonb", "'{\"a\": 1}'::json",
        "'(1,2)'::point", "'10.0.0.1'::inet", "'1 day'::interval", "'12:30'::time",
        "'2024-01-01 12:00+02'::timestamptz", "'2024-01-01 12:00'::timestamp", "1::oid",
        "'[1,5)'::int4range", "'00000000-0000-0000-0000-00000000000a'::uuid", "row(1, 'a')",
    ],
)  # fmt: skip
def test_types_of_postgres(sql, taken):
    """Whatever psycopg makes of a type is made of a cell that was taken."""
    fill_shop(2)
    value = RawSQL(sql.replace("%", "%%"), (), output_field=Field())
    assert_same(annotated(value))
    assert taken == [True]


def test_a_loader_of_the_projects_own():
    from psycopg.types.numeric import IntLoader

    class Doubled(IntLoader):
        def load(self, data):
            return 2 * super().load(data)

    fill_shop(2)
    connection.ensure_connection()
    adapters = connection.connection.adapters
    stock = adapters.get_loader(23, 0)
    adapters.register_loader("int4", Doubled)
    try:
        assert_same(lambda: AsTheyAre(books(), many=True).data)
    finally:
        adapters.register_loader("int4", stock)


def test_another_client_encoding():
    fill_shop(2)
    Book.objects.update(title="ü")
    execute("SET client_encoding TO latin1")
    try:
        assert_same_books()
    finally:
        execute("SET client_encoding TO utf8")
