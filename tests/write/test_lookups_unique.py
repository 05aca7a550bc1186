"""Uniqueness over whole lists: of one field, of several, for dates, and beside an instance."""

import pytest
from rest_framework import serializers, validators

from bookshop.models import Copy, Event, Shelf
from engines import assert_same
from write.batched import (
    CopySerializer,
    assert_same_validation,
    copies,
    fill_shelves,
    listed,
    validate,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    return fill_shelves()


class UpdatingList(serializers.ListSerializer):
    def run_child_validation(self, data):
        self.child.instance = Copy.objects.get(barcode=data["was"]) if "was" in data else None
        return super().run_child_validation(data)


class UpdatingSerializer(CopySerializer):
    class Meta(CopySerializer.Meta):
        list_serializer_class = UpdatingList


def test_updates_leave_out_the_object_itself(shelves):
    rows = copies(shelves, 5)
    rows[0] |= {"was": "taken", "barcode": "taken"}
    rows[1] |= {"was": "taken", "barcode": "Also Taken"}
    rows[2] |= {"was": "Also Taken", "number": 1, "shelf": shelves[0].pk}
    rows[3] |= {"barcode": "taken"}
    assert_same_validation(UpdatingSerializer, rows)
    assert_same_validation(UpdatingSerializer, rows, partial=True)


def test_a_list_updated_at_once(shelves):
    """Stock cannot tell the objects apart, and says so in its own way."""
    assert_same(lambda: validate(CopySerializer, copies(shelves, 3), instance=Copy.objects.all()))


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = Event
        fields = ["title", "place", "day", "at"]


def test_unique_for_dates(shelves):
    Event.objects.create(title="T", place="P", day="2024-02-29", at="2024-03-01T00:30:00Z")
    days = ["2024-02-29", "2024-12-01", "2025-02-28", "2024-02-29", "0001-01-01", "bad", None]
    moments = ["2024-03-05T10:00:00Z", "2024-02-29T23:59:59-01:00", "2023-04-01", "bad"]
    rows = [
        {"title": "Tt"[n % 2], "place": "PpQ"[n % 3], "day": days[n % 7], "at": moments[n % 4]}
        for n in range(24)
    ]
    errors, queries = assert_same_validation(EventSerializer, rows)
    assert any(listed(errors, 24))
    assert queries <= 12


class TogetherSerializer(serializers.ModelSerializer):
    number = serializers.HiddenField(default=2)
    shelf = serializers.SlugRelatedField("code", queryset=Shelf.objects.all())

    class Meta:
        model = Copy
        fields = ["barcode", "number", "shelf"]
        validators = [validators.UniqueTogetherValidator(Copy.objects.all(), ["shelf", "number"])]


def test_unique_together_with_what_no_row_says(shelves):
    rows = [{"barcode": str(n), "shelf": "abd"[n % 3]} for n in range(9)]
    errors, queries = assert_same_validation(TogetherSerializer, rows)
    assert [bool(error) for error in listed(errors, 9)] == [False, True, False] * 3
    assert queries <= 6


@pytest.mark.parametrize("lookup", ["exact", "iexact", "startswith"])
def test_lookups_of_unique_validators(shelves, lookup):
    class Looked(serializers.Serializer):
        barcode = serializers.CharField(
            validators=[validators.UniqueValidator(Copy.objects.all(), lookup=lookup)]
        )
        price = serializers.DecimalField(
            8, 4, required=False, validators=[validators.UniqueValidator(Copy.objects)]
        )

    barcodes = ["taken", "TAKEN", "tak%", "Also taken", "t", "new", "new 2", "n"]
    rows = [{"barcode": code, "price": f"1.50{n}"} for n, code in enumerate(barcodes)]
    assert_same_validation(Looked, [*rows, {"barcode": "x", "price": "1.5"}])
