"""Serializers, objects and rows that hypothesis makes up."""

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from rest_framework import serializers

from bookshop import models
from engines import assert_same
from read.samples import FIELDS

ZONES = st.sampled_from([None, datetime.UTC]) | st.timezones()
# A name is what a field is called and where it looks; few, so that they meet each other.
NAMES = st.sampled_from(["id", "name", "größe", "a", "b", "value"])
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.datetimes(timezones=ZONES)
    | st.dates()
    | st.times(timezones=ZONES)
    | st.timedeltas()
    | st.uuids()
    | st.ip_addresses()
    | st.binary(max_size=10)
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5) | st.integers() | st.none(), inner, max_size=3)
    ),
    max_leaves=8,
)
MAKES = st.sampled_from(sorted(FIELDS))
QUICK = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def serializer_classes(draw, depth=2):
    """A serializer of up to five fields, some of them serializers themselves."""
    fields = {
        name: FIELDS[draw(MAKES)]() for name in draw(st.lists(NAMES, max_size=5, unique=True))
    }
    if depth and draw(st.booleans()):
        inner = draw(serializer_classes(depth=depth - 1))
        options = draw(
            st.sampled_from([{}, {"many": True}, {"allow_null": True}, {"required": False}])
        )
        fields["inner"] = inner(**options)
    return type("Generated", (serializers.Serializer,), fields)


@st.composite
def objects(draw, depth=2):
    content = draw(st.dictionaries(NAMES, VALUES, max_size=6))
    if depth and draw(st.booleans()):
        inner = objects(depth=depth - 1)
        content["inner"] = draw(inner | st.lists(inner, max_size=3) | st.none())
    return SimpleNamespace(**content) if draw(st.booleans()) else content


@pytest.mark.databases_of("sqlite")
@QUICK
@given(serializer_classes(), objects())
def test_one_object(sample, source):
    assert_same(lambda: sample(source).data)


@pytest.mark.databases_of("sqlite")
@QUICK
@given(serializer_classes(), st.lists(objects(), max_size=4))
def test_many_objects(sample, sources):
    assert_same(lambda: sample(sources, many=True).data)


@pytest.mark.databases_of("sqlite")
@QUICK
@given(MAKES, st.lists(PLAIN, max_size=6))
def test_one_field_over_many_values(name, values):
    sample = type("Generated", (serializers.Serializer,), {"value": FIELDS[name]()})
    assert_same(lambda: sample([{"value": value} for value in values], many=True).data)


# PostgreSQL stores neither NUL nor surrogates, MySQL no year below 1000.
STORED_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MOMENTS = st.datetimes(
    datetime.datetime(1000, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.just(datetime.UTC)
)
STORED_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | STORED_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STORED_TEXT, inner, max_size=3),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "big": st.integers(-(2**63), 2**63 - 1),
        "boolean": st.booleans(),
        "char": STORED_TEXT.map(lambda text: text[:200]),
        "choice_number": st.integers(-(2**31), 2**31 - 1),
        "date": st.dates(datetime.date(1000, 1, 1)),
        "datetime": MOMENTS,
        "decimal": st.decimals(-(10**8), 10**8, places=6).map(Decimal),
        "duration": st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999)),
        "float": st.floats(-1e300, 1e300, allow_subnormal=False),
        "integer": st.integers(-(2**31), 2**31 - 1),
        "ip": st.ip_addresses().map(str),
        "json": STORED_JSON,
        "positive_big": st.integers(0, 2**63 - 1),
        "small": st.integers(-(2**15), 2**15 - 1),
        "text": STORED_TEXT,
        "time": st.times(),
        "uuid": st.uuids(version=4),  # MariaDB refuses other bits than a standard has
    },
)
COLUMNS = ["big", "boolean", "char", "choice_number", "date", "datetime", "decimal", "duration",
           "float", "integer", "ip", "json", "positive_big", "small", "text", "time", "uuid"]  # fmt: skip  # noqa: E501


class GeneratedRows(TestCase):
    """hypothesis's own TestCase rolls back after every example, not only after the test."""

    @QUICK
    @given(st.lists(ROWS, max_size=4), st.lists(st.sampled_from(COLUMNS), unique=True, min_size=1))
    def test_columns(self, rows, columns):
        models.Nothing.objects.bulk_create(models.Nothing(**row) for row in rows)
        meta = type("Meta", (), {"model": models.Nothing, "fields": columns})
        sample = type("Generated", (serializers.ModelSerializer,), {"Meta": meta})
        ordered = models.Nothing.objects.order_by("pk")
        assert_same(lambda: sample(ordered.all(), many=True).data, tier="rows")
        assert_same(lambda: sample(list(ordered.all()), many=True).data, tier="instances")

    @QUICK
    @given(st.lists(st.tuples(STORED_TEXT, st.integers(-1, 5)), min_size=1, max_size=6))
    def test_a_tree_of_rows(self, nodes):
        """Categories below each other, some without a parent, with whatever names."""
        made = []
        for name, parent in nodes:
            above = made[parent] if 0 <= parent < len(made) else None
            made.append(models.Category.objects.create(name=name[:40], parent=above))
        made[0].related.add(*made[1:3])

        class Leaf(serializers.ModelSerializer):
            class Meta:
                model = models.Category
                fields = ["id", "name", "parent"]

        class Tree(serializers.ModelSerializer):
            parent = Leaf()
            children = Leaf(many=True)

            class Meta:
                model = models.Category
                fields = ["name", "parent", "children", "related"]

        ordered = models.Category.objects.order_by("pk")
        assert_same(lambda: Tree(ordered.all(), many=True).data)
        assert_same(lambda: Tree(ordered.select_related("parent"), many=True).data)
        assert_same(lambda: Tree(ordered.prefetch_related("children", "related"), many=True).data)
