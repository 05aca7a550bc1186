"""`full_clean_many` beside the loop of `full_clean` that it stands for."""

import copy
import datetime
import pickle
import random
import uuid
from decimal import Decimal
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

import django_rustaccel
from bookshop.data import fill_shop, make_book
from bookshop.models import (
    Book,
    Cleaned,
    Constrained,
    Cover,
    Dated,
    Everything,
    Hardback,
    Inherited,
    Initialised,
    Limited,
    Nothing,
    Overriding,
    Paired,
    Publisher,
    Slotted,
    Stocked,
    Tag,
    TextKeyed,
)
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import full_clean_many
from engines import captured_queries, describe

pytestmark = pytest.mark.django_db


#: For fifty texts, two of them taken; MariaDB is asked which half has them.
QUERIES = 25 if connection.vendor == "mysql" else 3


def loop(instances, **stages):
    errors = {}
    for index, instance in enumerate(instances):
        try:
            instance.full_clean(**stages)
        except ValidationError as error:
            errors[index] = error
    return errors


def many(instances, **stages):
    try:
        assert full_clean_many(instances, **stages) is None
    except BulkValidationError as error:
        return error.errors
    return {}


def told(error):
    """Everything of an error: messages, codes, parameters, in their order."""
    return [
        (field, [(str(one.message), one.code, describe(_plain(one.params))) for one in errors])
        for field, errors in error.error_dict.items()
    ]


def _plain(params):
    """Parameters without the instance, of which there are two."""
    return {key: value for key, value in (params or {}).items() if key != "model"}


def attributes(instance):
    return describe({k: v for k, v in vars(instance).items() if k != "_state"})


def compare(instances, *, queries=None, **stages):
    """Both ways over copies; returns the errors, which are the same."""
    theirs, ours = copy.deepcopy(instances), copy.deepcopy(instances)
    with captured_queries() as asked_by_loop:
        expected = loop(theirs, **stages)
    with captured_queries() as asked:
        found = many(ours, **stages)
    assert {index: told(error) for index, error in found.items()} == {
        index: told(error) for index, error in expected.items()
    }
    assert list(map(attributes, ours)) == list(map(attributes, theirs))
    if queries is not None:
        assert len(asked) <= queries < len(asked_by_loop), "\n".join(asked)
    return found


def books(count, publisher, seed=1):
    rng = random.Random(seed)
    made = [make_book(rng, number, publisher) for number in range(count)]
    for book in made:
        book.rating, book.published = book.rating or 1.0, book.published or datetime.date.min
        book.publisher_id = publisher.pk
    return made


@pytest.fixture
def publisher():
    return Publisher.objects.create(name="House", country="de")


class TestTheList:
    def test_nothing_is_returned_for_nothing_wrong(self, publisher):
        assert full_clean_many([]) is None
        assert full_clean_many(books(3, publisher)) is None
        assert compare(books(30, publisher), queries=2) == {}

    def test_the_error(self, publisher):
        wrong = books(5, publisher)
        wrong[1].title = ""
        wrong[3].pages, wrong[3].price = -1, "much"
        with pytest.raises(BulkValidationError) as caught:
            full_clean_many(wrong)
        error = caught.value
        assert isinstance(error, ValidationError)
        assert error.as_dict() == {
            1: {"title": ["This field cannot be blank."]},
            3: {
                "price": ["“much” value must be a decimal number."],
                "pages": ["Ensure this value is greater than or equal to 0."],
            },
        }
        assert error.messages == [m for one in error.errors.values() for m in one.messages]
        assert str(error) == str(error.as_dict())

    def test_the_error_travels(self):
        error = BulkValidationError({2: ValidationError({"name": ["No."]})})
        assert pickle.loads(pickle.dumps(error)).as_dict() == {2: {"name": ["No."]}}

    def test_any_iterable(self, publisher):
        full_clean_many(iter(books(3, publisher)))

    def test_classes_mixed(self, publisher):
        mixed = [Tag(name="x", colour="y"), *books(2, publisher), Tag(), Publisher(name="n" * 101)]
        assert sorted(compare(mixed)) == [3, 4]

    def test_one_object_twice(self):
        one = Cleaned(name=" bad ", number=1)
        assert sorted(compare([one, one, Cleaned(name="x", number=2)])) == [0, 1]

    def test_disabled(self, publisher):
        with django_rustaccel.disabled(), captured_queries() as queries:
            full_clean_many(books(3, publisher))
        assert len(queries) == 6

    def test_stages_can_be_left_out(self, publisher):
        Tag.objects.create(name="taken", colour="-")
        tags = [Tag(name="taken", colour="x"), Tag(name="free", colour="")]
        assert sorted(compare(tags)) == [0, 1]
        assert sorted(compare(tags, validate_unique=False)) == [1]
        rows = [Constrained(name="a", low=2, high=1), Constrained(name="b")]
        assert sorted(compare(rows)) == [0]
        assert sorted(compare(rows, validate_constraints=False)) == []

    def test_no_model(self):
        class Form:
            def full_clean(self, **stages):
                raise ValidationError({"x": str(sorted(stages))})

        assert sorted(many([Form(), Form()])) == [0, 1]


class Text(str):
    __slots__ = ()


#: Values that some field takes as they are, takes with a change, or refuses.
VALUES = [
    None, "", " ", "a", "abc", "x" * 201, "1", "1.5", "nan", "a\0b", "\ud800", Text("b"), "ab1",
    "2020-01-31", "2020-01-31T10:00:00Z", "10:00", "1 00:00:01", "A@b.de", "http://a.de", "b", "t",
    True, False, 0, 1, -1, 2, 9, 100, 101, 2**15, 2**31, 2**63, 2**64, 10**400, 1.0, -0.5, 1.5,
    float("nan"), float("inf"), Decimal("1.50"), Decimal("1E+3"), Decimal("-0.00"), Decimal("NaN"),
    Decimal("0.001"), Decimal("12345.67"), Decimal("1E+400"), Decimal("Infinity"), [], (), {},
    {"a": 1}, [1], b"", b"x", object, datetime.date(2020, 1, 31), datetime.time(10, 0),
    datetime.datetime(2020, 1, 31, 10), datetime.datetime(2020, 1, 31, tzinfo=datetime.UTC),
    datetime.timedelta(1), uuid.UUID(int=1), Limited.Size.LARGE, Limited.Size.SMALL,
]  # fmt: skip


def limited(**values):
    plain = {"code": "ab", "letters": "a", "percent": 1, "price": Decimal(1), "slug": "s"}
    return Limited(**(plain | values))


def cleaned(instance):
    """What became of an instance, also where `full_clean` fails with another error."""
    try:
        instance.full_clean()
    except ValidationError as error:
        return told(error)
    except Exception as error:
        return type(error), str(error)
    return None


@pytest.mark.filterwarnings("ignore:DateTimeField .* received a naive datetime")
@pytest.mark.parametrize("model", [Everything, Nothing, Limited])
class TestFields:
    def test_every_value_in_every_field(self, model):
        names = [f.attname for f in model._meta.concrete_fields if f.attname != "filepath"]
        for name, value in product(names, VALUES):
            try:
                theirs, ours = (model(**{name: value}) for _ in range(2))
            except (TypeError, ValueError, AttributeError):
                continue  # Files ask for names.
            expected = cleaned(theirs)
            if expected is None or isinstance(expected, list):
                found = many([ours, model()]).get(0)
                assert (found and told(found)) == expected, (name, value)
                assert attributes(ours) == attributes(theirs), (name, value)
            else:
                with pytest.raises(expected[0]):
                    full_clean_many([ours, model()])

    @given(data=st.data())
    def test_generated(self, model, data):
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if field.attname not in ("file", "image", "filepath", "id")
        ]
        row = st.fixed_dictionaries({}, optional={n: st.sampled_from(VALUES) for n in names})
        instances = [model(**values) for values in data.draw(st.lists(row, min_size=2, max_size=5))]
        if all(not isinstance(cleaned(copy.copy(one)), tuple) for one in instances):
            compare_copies(instances)


def compare_copies(instances):
    theirs, ours = map(copy.copy, instances), [copy.copy(one) for one in instances]
    assert {i: told(e) for i, e in many(ours).items()} == {
        i: told(e) for i, e in loop(theirs).items()
    }


class TestValidators:
    def test_the_plain_case_calls_no_field(self, monkeypatch):
        rows = [limited(even=2, grouped=2, url="http://a.de", email="a@b.de") for _ in range(3)]
        monkeypatch.setattr(Limited._meta.get_field("code"), "error_messages", None)
        full_clean_many(rows)

    def test_unknown_ones_are_called(self):
        assert sorted(compare([limited(even=1), limited(even=2), limited(even="x")])) == [0, 2]

    def test_a_patched_field(self, monkeypatch):
        def clean(value, instance):
            raise ValidationError("patched")

        monkeypatch.setattr(Limited._meta.get_field("code"), "clean", clean)
        assert sorted(compare([limited(), limited()])) == [0, 1]

    def test_a_patched_validator_list(self, monkeypatch):
        field = Limited._meta.get_field("code")
        monkeypatch.setattr(field, "validators", [*field.validators, lambda value: 1 / 0])
        with pytest.raises(ZeroDivisionError):
            full_clean_many([limited(), limited()])

    def test_a_method_of_an_instance(self):
        def clean():
            raise ValidationError("own")

        rows = [limited(), limited(), limited(code="")]
        rows[1].clean = clean
        assert {index: list(error.error_dict) for index, error in many(rows).items()} == {
            1: ["__all__"],
            2: ["code"],
        }

    def test_deferred_fields_are_read(self):
        limited().save()
        assert compare([*Limited.objects.defer("code"), limited()]) == {}

    def test_the_models_of_odd_classes(self):
        compare([Initialised(name="x"), Initialised()])
        compare([User(username="a b"), User(username="ok", password="x"), User()])
        compare([Paired(code="x"), Paired(code="toolong")])


class TestHooks:
    def test_clean_sees_cleaned_fields_and_its_errors_join(self):
        Cleaned.objects.create(name="x", number=3)
        rows = [("ok", 1), (" bad ", "2"), ("worse", 3), ("", 3), ("ok", "x"), (" y ", 5)]
        found = compare([Cleaned(name=name, number=number) for name, number in rows])
        assert {i: list(e.error_dict) for i, e in found.items()} == {
            1: ["name"],
            2: ["__all__", "number"],
            3: ["name", "number"],
            4: ["number"],
        }

    def test_overridden_stages(self):
        before = django_rustaccel.stats()["fallbacks"]
        assert sorted(compare([Overriding(name="mine"), Overriding(name="x")])) == [0]
        reason = "full_clean_many of Overriding: has `clean_fields` of its own"
        assert django_rustaccel.stats()["fallbacks"].get(reason, 0) == before.get(reason, 0) + 1


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
