"""Lists ask the database once for each field and validator, with the answers stock gives."""

import io
import json
import uuid
from functools import partial

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.parsers import JSONParser

import django_rustaccel
from bookshop.models import Copy, Shelf
from django_rustaccel.drf import serializers as accelerated
from django_rustaccel.querysets import batches
from engines import assert_same, captured_queries
from write.batched import (
    TICKETS,
    CodedSerializer,
    CopySerializer,
    assert_same_validation,
    copies,
    fill_shelves,
    listed,
    parts,
    validate,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    return fill_shelves()


def test_a_thousand_rows_take_one_query_for_each_check(shelves):
    rows = copies(shelves, 1000)
    with captured_queries() as queries:
        errors, data = validate(CopySerializer, rows)
    assert len(queries) == 4, "\n".join(queries)
    assert not any(errors)
    assert len(data) == 1000


def test_valid_rows(shelves):
    _, queries = assert_same_validation(CopySerializer, copies(shelves, 12))
    assert queries == 4


def test_one_bad_row_costs_that_row(shelves):
    rows = copies(shelves, 12)
    rows[5]["shelf"] = 10**6
    rows[7]["barcode"] = "taken"
    rows[8]["ticket"] = str(uuid.uuid4())
    rows[9] |= {"number": 1, "shelf": shelves[0].pk}
    errors, queries = assert_same_validation(CopySerializer, rows)
    assert (
        len([found for found in (errors.values() if type(errors) is dict else errors) if found])
        == 4
    )
    assert queries <= 6


ODD = [
    None, True, False, 0, -1, 1.0, 1.5,
    "", " ", "1", "01", " 1", "1 ", "+1", "\uff11", "1.0", "1_0", "x",
    10**30, -(10**30), 2**63, 2**63 - 1, 2**31, [], {}, [1], float("inf"), "a\0",
    "\ud800", "A", "a ",
    "STRASSE", "strasse", "Straße", "taken", "Taken", "TAKEN ", "also taken", "ä", "9" * 5000,
    str(TICKETS[0]), TICKETS[1].hex, TICKETS[2].urn, f"{{{TICKETS[3]}}}", str(TICKETS[0]).upper(),
    TICKETS[0], "z" * 36, "0" * 32, str(uuid.UUID(int=7)),
]  # fmt: skip


@pytest.mark.parametrize("field", ["shelf", "ticket", "barcode", "number", "price"])
def test_odd_values_among_good_ones(shelves, field):
    for odd in ODD:
        rows = copies(shelves, 4)
        rows[1][field] = odd
        assert_same(partial(validate, CopySerializer, rows))
        assert_same(partial(validate, CopySerializer, [{field: odd}, {field: odd}, *rows[2:]]))


@pytest.mark.parametrize("field", ["shelf", "seen_at", "barcode"])
def test_odd_values_of_text_and_lists(shelves, field):
    for odd in ODD:
        rows = [
            {
                "barcode": f"new {n}",
                "number": n + 5,
                "shelf": "ab"[n % 2],
                "seen_at": [shelves[n].pk],
            }
            for n in range(4)
        ]
        rows[1][field] = odd
        rows[2]["seen_at"] = [odd, shelves[0].pk, odd]
        assert_same_validation(CodedSerializer, rows)


class NickedSerializer(serializers.ModelSerializer):
    over = serializers.SlugRelatedField("nick", queryset=Shelf.objects.all())

    class Meta:
        model = Shelf
        fields = ["nick", "over"]


def test_spellings_that_a_collation_holds_equal(shelves):
    """Never more queries than stock, in whatever order known and unknown spellings come."""
    check_nicks(shelves)


@pytest.mark.django_db(transaction=True)
@pytest.mark.databases_of("mysql")
def test_spellings_that_a_table_holds_equal(shelves):
    """What Django was not told: the usual collation of MySQL and MariaDB."""
    with connection.cursor() as cursor:
        column = "ALTER TABLE bookshop_shelf MODIFY nick varchar(40) COLLATE"
        cursor.execute(f"{column} utf8mb4_general_ci")
        try:
            check_nicks(shelves)
        finally:
            cursor.execute(f"{column} utf8mb4_bin")


def check_nicks(shelves):
    for shelf in shelves:
        Shelf.objects.filter(pk=shelf.pk).update(nick=shelf.code)
    nicks = ["A", "b", "B", "a", "b ", "strasse", "Straße", "D", "á"]
    for turn in range(len(nicks)):
        turned = nicks[turn:] + nicks[:turn]
        rows = [{"nick": nick, "over": over} for nick, over in zip(turned, nicks, strict=True)]
        assert_same_validation(NickedSerializer, rows)
        assert_same_validation(NickedSerializer, rows[:2])
        assert_same_validation(NickedSerializer, [{"nick": turned[0].swapcase()}, {"nick": "new"}])


VALUES = st.one_of(st.sampled_from(["a", "A", "b", "Taken", "taken", "new"]), st.sampled_from(ODD))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "barcode": VALUES,
                "number": st.sampled_from([1, 2, "1", None, 7]),
                "shelf": VALUES,
                "seen_at": st.lists(st.one_of(st.integers(0, 9), VALUES), max_size=3),
            },
        ),
        min_size=2,
        max_size=6,
    )
)
def test_generated_lists(shelves, rows):
    assert_same_validation(CodedSerializer, rows)


def test_bodies_that_nobody_has_looked_at(shelves):
    rows = copies(shelves, 12)
    rows[2]["shelf"] = 0
    rows[5] = 7
    body = json.dumps(rows).encode()

    def work():
        return validate(CopySerializer, JSONParser().parse(io.BytesIO(body), parser_context={}))

    assert_same(work, fewer_queries=True)


def test_rows_that_are_no_dicts(shelves):
    rows = [*copies(shelves, 3), None, 1, [], "x", {}]
    assert_same_validation(CopySerializer, rows)
    assert_same_validation(CopySerializer, [])
    assert_same_validation(CopySerializer, {"not": "a list"})


def test_small_queries(shelves, monkeypatch):
    """Where a query takes few values there are more of them, and still fewer than stock's."""
    monkeypatch.setattr(batches, "MAX_KEYS", 3)
    monkeypatch.setattr(batches, "MAX_ALTERNATIVES", 2)
    rows = copies(shelves, 12)
    rows[3]["barcode"] = "taken"
    _, queries = assert_same_validation(CopySerializer, rows)
    assert 4 < queries < 30


def test_each_row_has_its_own_object(engine, shelves):
    serializer = CopySerializer(data=copies(shelves, 4), many=True)
    serializer.is_valid(raise_exception=True)
    first, other = (serializer.validated_data[row]["shelf"] for row in (0, 3))
    assert first == other
    assert first is not other
    first.plan["rows"].append(3)
    first.label = "changed"
    first._state.adding = True
    first.over = shelves[1]
    assert parts(other) == parts(Shelf.objects.get(pk=other.pk))


def test_rows_written_while_the_list_is_validated(engine, shelves):
    class Writing(CodedSerializer):
        def validate_barcode(self, value):
            Copy.objects.create(barcode=f"{value}+", number=self.context.pop(), shelf=shelves[3])
            Shelf.objects.get_or_create(code=value)
            return value

    rows = [
        {"barcode": code, "number": 5, "shelf": code, "seen_at": []} for code in ["w", "w+", "v"]
    ]
    errors, _ = validate(Writing, rows, context=[100, 101, 102])
    assert [list(error) for error in listed(errors, 3)] == [[], ["barcode", "shelf"], []]


class Inner(serializers.Serializer):
    shelf = serializers.PrimaryKeyRelatedField(queryset=Shelf.objects.all())


class Outer(serializers.Serializer):
    one = Inner(required=False)
    many = Inner(many=True)
    listed = serializers.ListField(
        child=serializers.SlugRelatedField("code", queryset=Shelf.objects)
    )


def test_nested_serializers_and_lists(shelves):
    keys = [{"shelf": shelf.pk} for shelf in shelves]
    rows = [
        {"one": key, "many": keys[:number], "listed": ["a", "b", "d", "x"][: number + 1]}
        for number, key in enumerate(keys)
    ]
    rows[3]["many"] = [{"shelf": 0}, {"shelf": "x"}, 7]
    _, queries = assert_same_validation(Outer, rows)
    assert queries <= 5


class Twig(serializers.Serializer):
    shelf = serializers.PrimaryKeyRelatedField(queryset=Shelf.objects.all())

    def get_fields(self):
        return super().get_fields() | {"twigs": Twig(many=True, required=False)}


def test_a_serializer_within_itself(shelves):
    keys = [{"shelf": shelf.pk} for shelf in shelves]
    rows = [key | {"twigs": [keys[0], keys[1] | {"twigs": keys}]} for key in keys]
    assert_same(lambda: validate(Twig, rows), fewer_queries=True)


def test_a_list_within_one_object(shelves):
    data = {"many": [{"shelf": shelf.pk} for shelf in shelves], "listed": []}

    def work():
        serializer = Outer(data=data)
        serializer.is_valid()
        return serializer.errors, parts(serializer.validated_data)

    assert_same(work, fewer_queries=True)


@pytest.mark.django_db(databases=["default", "other"])
def test_another_database(shelves):
    Shelf.objects.using("other").create(code="elsewhere", label="o")

    class Elsewhere(serializers.Serializer):
        shelf = serializers.SlugRelatedField("code", queryset=Shelf.objects.using("other"))

    rows = [{"shelf": "elsewhere"}, {"shelf": "a"}, {"shelf": "elsewhere"}]
    errors, _ = assert_same_validation(Elsewhere, rows)
    assert [bool(error) for error in listed(errors, 3)] == [False, True, False]


def test_fields_are_as_before_afterwards(shelves):
    serializer = CopySerializer(data=copies(shelves, 3), many=True)
    fields = serializer.child.fields
    before = [(list(field.validators), dict(vars(field))) for field in fields.values()]
    validators_before = list(serializer.child.validators)
    serializer.is_valid(raise_exception=True)
    for field, (held, state) in zip(fields.values(), before, strict=True):
        assert all(new is old for new, old in zip(field.validators, held, strict=True))
        assert vars(field) == state
    assert all(
        new is old for new, old in zip(serializer.child.validators, validators_before, strict=True)
    )


def test_disabled(shelves):
    with captured_queries() as queries, django_rustaccel.disabled():
        validate(CopySerializer, copies(shelves, 5))
    assert len(queries) == 20


def test_opted_in_class_by_class(shelves, settings):
    settings.RUSTACCEL = {"ACCELERATE_DRF": False}

    class OptedIn(accelerated.ModelSerializer):
        class Meta(CopySerializer.Meta):
            pass

    counts = []
    for serializer in (OptedIn, CopySerializer):
        with captured_queries() as queries:
            validate(serializer, copies(shelves, 5))
        counts.append(len(queries))
    assert counts == [4, 20]
