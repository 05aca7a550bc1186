"""`full_clean_many` beside the loop of `full_clean` that it stands for: fields and methods."""

import copy
import datetime
import pickle
import uuid
from decimal import Decimal
from itertools import product

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

import django_rustaccel
from bookshop.models import (
    Cleaned,
    Constrained,
    Everything,
    Initialised,
    Limited,
    Nothing,
    Overriding,
    Paired,
    Publisher,
    Tag,
)
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import full_clean_many
from engines import captured_queries
from validation.cleaning import attributes, books, compare, loop, many, told

pytestmark = pytest.mark.django_db


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
