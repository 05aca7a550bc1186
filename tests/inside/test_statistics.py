"""`stats()` counts every serializer call once, and every reason once in a call."""

from collections import OrderedDict
from decimal import Decimal

import pytest
from rest_framework import serializers

from bookshop import models
from bookshop.data import fill_shop
from bookshop.serializers import PublisherSerializer, TagSerializer
from django_rustaccel import stats
from django_rustaccel.core import statistics


def counted(work):
    """The tiers and the reasons that were counted while `work` ran."""
    before = stats()
    work()
    after = stats()
    return [
        {
            name: n - before[part].get(name, 0)
            for name, n in after[part].items()
            if n != before[part].get(name, 0)
        }
        for part in ("read", "fallbacks")
    ]


class Sizes(serializers.Serializer):
    width = serializers.IntegerField()
    depth = serializers.DecimalField(max_digits=5, decimal_places=2)


class Box(serializers.Serializer):
    """Every kind that has others in it, ahead of a field that comes last."""

    sizes = Sizes()
    parts = Sizes(many=True)
    numbers = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    pairs = serializers.DictField(child=serializers.IntegerField())
    owner = serializers.PrimaryKeyRelatedField(read_only=True, pk_field=serializers.IntegerField())
    owners = serializers.SlugRelatedField("size", many=True, read_only=True)
    shout = serializers.SerializerMethodField()
    last = serializers.IntegerField()

    def get_shout(self, box):
        return "!"


#: What keys of dicts and methods always cost.
ALWAYS = [
    "Box.owner: a value was left to PrimaryKeyRelatedField.get_attribute",
    "Box.owners: a value was left to ManyRelatedField.get_attribute",
    "Box.shout: calls `Box.get_shout` in ",
]


def box(**changes):
    plain = {
        "sizes": {"width": 1, "depth": Decimal("1.00")},
        "parts": [{"width": 1, "depth": Decimal("1.00")}],
        "numbers": [[1]],
        "pairs": {"a": 1},
        "owner": models.Tag(pk=1),
        "owners": [],
        "last": 1,
    }
    return {**plain, **changes}


def left_to_stock(**changes):
    tiers, reasons = counted(lambda: Box([box(), box(**changes), box(**changes)], many=True).data)
    assert tiers == {"instances": 1}
    assert set(reasons.values()) == {1}
    always = [reason for reason in reasons if reason.startswith(tuple(ALWAYS))]
    assert len(always) == len(ALWAYS)
    return [reason for reason in reasons if reason not in always]


def test_plain_values_have_no_reason():
    assert left_to_stock() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"last": "7"}, "Box.last: a value was left to IntegerField.to_representation"),
        ({"last": lambda: 7}, "Box.last: a value was left to IntegerField.get_attribute"),
        (
            {"sizes": {"width": "7", "depth": None}},
            "Box.sizes.width: a value was left to IntegerField",
        ),
        (
            {"parts": [{"width": 1, "depth": "1"}]},
            "Box.parts.depth: a value was left to DecimalField",
        ),
        (
            {"parts": ({"width": 1, "depth": None},)},
            "Box.parts: a value was left to ListSerializer",
        ),
        ({"numbers": [["7"]]}, "Box.numbers.child.child: a value was left to IntegerField"),
        ({"pairs": {"a": "7"}}, "Box.pairs.child: a value was left to IntegerField"),
        ({"pairs": OrderedDict(a=1)}, "Box.pairs: a value was left to DictField"),
    ],
)
def test_odd_values_are_named_by_their_field(changes, expected):
    (reason,) = left_to_stock(**changes)
    assert reason.startswith(expected)


def test_several_reasons_of_one_call():
    found = left_to_stock(last="7", pairs={"a": "7"})
    assert {reason.partition(":")[0] for reason in found} == {"Box.pairs.child", "Box.last"}


def test_a_value_of_a_related_key():
    class Review(serializers.ModelSerializer):
        book = serializers.PrimaryKeyRelatedField(read_only=True, pk_field=serializers.DateField())

        class Meta:
            model = models.Review
            fields = ["book", "stars"]

    review = models.Review(book_id="2001-02-03", stars="5")
    assert counted(lambda: Review(review).data) == [
        {"instances": 1},
        {
            "Review.book.child: a value was left to DateField.to_representation": 1,
            "Review.stars: a value was left to IntegerField.to_representation": 1,
        },
    ]


@pytest.mark.django_db
class TestOneCount:
    @pytest.fixture(autouse=True)
    def shop(self, db):
        fill_shop(3)

    def test_rows(self):
        assert counted(lambda: TagSerializer(models.Tag.objects.all(), many=True).data) == [
            {"rows": 1},
            {},
        ]

    def test_rows_that_cannot_serve(self):
        class Long(serializers.ModelSerializer):
            is_long = serializers.BooleanField()

            class Meta:
                model = models.Book
                fields = ["is_long"]

        tiers, reasons = counted(lambda: list(Long(models.Book.objects.all(), many=True).data))
        assert tiers == {"instances": 1}
        ((reason, count),) = reasons.items()
        assert reason.startswith(
            "Long is read from instances: is_long: `Book.is_long` is a property"
        )
        assert count == 1

    def test_a_list_of_overridden_serializers(self):
        class Own(TagSerializer):
            def to_representation(self, instance):
                return super().to_representation(instance)

        for tags in (models.Tag.objects.all(), list(models.Tag.objects.all())):
            tiers, reasons = counted(lambda tags=tags: Own(tags, many=True).data)
            assert tiers == {"stock": 1}
            ((reason, count),) = reasons.items()
            assert reason.startswith("`Own.to_representation` is overridden in ")
            assert count == 1

    def test_a_nested_serializer_that_is_overridden(self):
        class Own(PublisherSerializer):
            def to_representation(self, instance):
                return super().to_representation(instance)

        class Book(serializers.ModelSerializer):
            publisher = Own()

            class Meta:
                model = models.Book
                fields = ["publisher"]

        books = list(models.Book.objects.select_related("publisher"))
        tiers, reasons = counted(lambda: Book(books, many=True).data)
        assert tiers == {"instances": 1}
        ((reason, count),) = reasons.items()
        assert reason.startswith("Book.publisher: `Own.to_representation` is overridden in ")
        assert count == 1

    def test_serializers_made_by_a_method_are_calls_of_their_own(self):
        class Book(serializers.ModelSerializer):
            shelf = serializers.SerializerMethodField()

            class Meta:
                model = models.Book
                fields = ["shelf"]

            def get_shelf(self, book):
                return TagSerializer(book.tags, many=True).data

        tiers, _ = counted(lambda: Book(models.Book.objects.all(), many=True).data)
        assert tiers == {"instances": 1, "rows": 3}

    def test_detail_views(self, client):
        assert counted(lambda: client.get(f"/books/{models.Book.objects.first().pk}/"))[0] == {
            "rows": 1
        }


def test_reasons_are_bounded(monkeypatch):
    monkeypatch.setattr(statistics, "MAX_REASONS", 2)
    monkeypatch.setattr(statistics, "fallbacks", statistics.Counter())
    for reason in "abcab":
        statistics.fell_back(reason)
    assert statistics.fallbacks == {"a": 2, "b": 2, statistics.OTHER_REASONS: 1}


def test_stats_is_a_copy():
    stats()["read"]["rows"] = -1
    assert stats()["read"]["rows"] >= 0
