"""`full_clean_many` beside the loop of `full_clean`: what both ask the database."""

import copy
import datetime
from decimal import Decimal

import pytest
from django.db import connection

from bookshop.data import fill_shop
from bookshop.models import (
    Book,
    Constrained,
    Cover,
    Dated,
    Hardback,
    Inherited,
    Publisher,
    Slotted,
    Stocked,
    Tag,
    TextKeyed,
)
from validation.cleaning import books, compare, loop, many

pytestmark = pytest.mark.django_db

#: For fifty texts, two of them taken; MariaDB is asked which half has them.
QUERIES = 25 if connection.vendor == "mysql" else 3


class TestRelations:
    def test_missing_rows(self, publisher):
        other = Publisher.objects.create(name="Maison", country="fr")
        TextKeyed.objects.create(code="here")
        keys = [publisher.pk, other.pk, 0, None, "x", str(publisher.pk), 2**70, True]
        rows = [Stocked(publisher_id=key, other_id="here") for key in keys]
        rows += [Stocked(publisher=publisher, other_id=code) for code in ("HERE", "here ", "", 5)]
        assert {1, 2, 3, 4, 6} <= set(compare(rows))

    def test_one_query(self, publisher):
        rows = [Stocked(publisher=publisher) for _ in range(50)]
        assert compare(rows, queries=1) == {}

    def test_inherited_models(self, publisher):
        fill_shop(3)
        book = Book.objects.first()
        hardbacks = []
        for base in books(3, publisher):
            values = {k: v for k, v in vars(base).items() if k not in ("_state", "id")}
            hardbacks.append(Hardback(binding="x", **values))
        hardbacks[1].uuid = book.uuid
        assert sorted(compare(hardbacks)) == [1]
        compare([Cover(book=book, colour="x"), Cover(book_id=0, colour="x")])


class TestUnique:
    def test_taken_values(self):
        Tag.objects.bulk_create(Tag(name=f"t{n}", colour="x") for n in (1, 44))
        found = compare([Tag(name=f"t{n}", colour="x") for n in range(50)], queries=QUERIES)
        assert sorted(found) == [1, 44]
        assert found[1].error_dict["name"][0].code == "unique"

    def test_texts_that_a_database_may_hold_alike(self):
        Tag.objects.create(name="Tag", colour="x")
        compare([Tag(name=name, colour="x") for name in ("tag", "Tag", "TAG ", "Tag ", "Täg")])

    def test_doubles_in_the_list_are_the_callers_affair(self):
        assert compare([Tag(name="x", colour="x"), Tag(name="x", colour="y")]) == {}

    def test_saved_instances(self):
        Tag.objects.bulk_create(Tag(name=f"t{n}", colour="x") for n in range(5))
        tags = list(Tag.objects.order_by("pk"))
        assert compare(tags) == {}
        tags[0].name, tags[2].name = tags[1].name, "new"
        tags.append(Tag(pk=tags[3].pk, name="other", colour="x"))
        assert sorted(compare(tags)) == [0, 5]

    def test_saved_instances_without_a_key(self):
        tag = Tag(name="x", colour="x")
        tag._state.adding = False
        compare([tag, Tag(name="y", colour="x")])

    def test_together_and_for_dates(self):
        Constrained.objects.create(name="1", group=1, low=1)
        pairs = [(1, 1), (1, 2), (2, 1), (None, 1), ("1", 1), ("x", 1)]
        rows = [Constrained(name=f"n{n}", group=g, low=low) for n, (g, low) in enumerate(pairs)]
        assert sorted(compare(rows)) == [0, 4, 5]
        day = datetime.date(2020, 2, 29)
        Dated.objects.create(name="x", day=day)
        assert sorted(compare([Dated(name=n, day=day) for n in "yxz"])) == [1]

    def test_many_keys_of_several_columns(self):
        Constrained.objects.bulk_create(
            Constrained(name=f"n{n}", group=n % 30, low=n) for n in range(300)
        )
        rows = [Constrained(name=f"m{n}", group=n % 60, low=n % 310) for n in range(900)]
        assert compare(rows[:250], validate_constraints=False)
        expected = {n for n, row in enumerate(rows) if row.group == row.low % 30 and row.low < 300}
        assert set(many(rows, validate_constraints=False)) == expected


class TestConstraints:
    def rows(self, publisher):
        day = datetime.date(2020, 2, 29)
        return [
            Constrained(name="a", low=1, high=2),
            Constrained(name="b", low=2, high=1),
            Constrained(name="c", low=1),
            Constrained(name="free"),
            Constrained(name="d", price=Decimal("-0.01")),
            Constrained(name="e", price="-1"),
            Constrained(name="f", price="x"),
            Constrained(name="taken"),
            Constrained(name="taken", low="x", price=-1),
            Constrained(name="g", since=day),
            Constrained(name="h", since=day, is_live=False),
            Constrained(name="i", low=5, high=6, publisher=publisher),
            Constrained(name="j", low=5, publisher=publisher),
            Constrained(name="", low=9, high=1),
        ]

    @pytest.fixture(autouse=True)
    def taken(self, publisher):
        Constrained.objects.create(
            name="taken", low=5, high=6, publisher=publisher, since="2020-02-29"
        )

    def test_each(self, publisher):
        found = compare(self.rows(publisher))
        assert sorted(found) == [1, 3, 4, 5, 6, 7, 8, 9, 11, 13]
        assert found[5].error_dict["__all__"][0].code == "priced"

    def test_few_queries(self, publisher):
        rows = [Constrained(name=f"n{n}", low=n, high=n + n % 2 or None) for n in range(60)]
        assert compare(rows, queries=20) == {}

    def test_saved_ones(self, publisher):
        row = Constrained.objects.get()
        row.low = 7
        compare([row, *self.rows(publisher)])

    def test_inherited(self, publisher):
        Inherited.objects.create(name="child", extra="x")
        rows = [
            Inherited(name=name, extra=extra, low=low, high=1)
            for name, extra, low in [("taken", "a", 0), ("n", "x", 1), ("child", "b", 2)]
        ]
        assert sorted(compare(rows)) == [0, 1, 2]

    def test_expressions_are_left_to_stock(self):
        Slotted.objects.create(name="Name")
        assert sorted(compare([Slotted(name=name) for name in ("NAME", "other")])) == [0]
        counted = [Constrained(name=name) for name in ("a", "b")]
        for row in counted:
            from django.db.models import Value

            row.price = Value(3)
        assert sorted(compare_expressions(counted)) == [0, 1]

    def test_outside_of_a_transaction(self, transactional_db):
        assert not connection.in_atomic_block
        rows = [Constrained(name="a", low=n, high=1) for n in range(3)]
        assert sorted(compare(rows)) == [2]


def compare_expressions(rows):
    expected, found = loop(copy.deepcopy(rows)), many(copy.deepcopy(rows))
    assert list(expected) == list(found)
    return found
