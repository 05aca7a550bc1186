"""`stats()` about validation: who served a call, why not natively, and what look-ups cost."""

import pytest
from rest_framework import serializers

from django_rustaccel import stats
from write.batched import CopySerializer, copies, fill_shelves


class Author(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    #: Dates of single digits are Django's to read.
    born = serializers.DateTimeField(required=False)
    size = serializers.IntegerField(min_value=0, required=False)


class OwnFields(Author):
    def to_internal_value(self, data):
        return super().to_internal_value(data)


class Replaced(Author):
    def to_internal_value(self, data):
        return {"name": "x"}


class OwnRun(Author):
    def run_validation(self, data=serializers.empty):
        return super().run_validation(data)


class OwnWalk(Author):
    def set_value(self, dictionary, keys, value):
        super().set_value(dictionary, keys, value)


class Nested(serializers.Serializer):
    author = Author()


def counted(serializer, *parts):
    """What the counters of these parts have more after one `is_valid()`."""
    before = stats()
    serializer.is_valid()
    after = stats()
    return tuple(
        {
            name: n - before[part].get(name, 0)
            for name, n in after[part].items()
            if n != before[part].get(name, 0)
        }
        for part in parts
    )


VALID = {"name": "a", "size": 1}
#: Valid to stock alone, beside a value that is not valid.
FALLING = {"name": "a", "born": "2024-1-2 3:04", "size": -1}
FELL = "Author.born: a value was left to DateTimeField.run_validation"


@pytest.mark.parametrize(
    ("cls", "tier", "method"),
    [
        (Author, "native", None),
        (OwnFields, "native", "to_internal_value"),
        (OwnRun, "native", "run_validation"),
        (Replaced, "stock", "to_internal_value"),
        (OwnWalk, "stock", "set_value"),
    ],
)
@pytest.mark.parametrize("many", [False, True])
def test_every_call_counts_once(cls, tier, method, many):
    data = [VALID] * 20 if many else VALID
    cls(data=data, many=many).is_valid()  # The first call makes the plan, and fields of it.
    write, fallbacks = counted(cls(data=data, many=many), "write", "fallbacks")
    assert write == {tier: 1}
    start = f"`{cls.__name__}.{method}` is overridden in "
    assert all(reason.startswith(start) for reason in fallbacks)
    assert list(fallbacks.values()) == ([1] if method else [])


def test_a_serializer_within_another_is_part_of_its_call():
    assert counted(Nested(data={"author": VALID}), "write") == ({"native": 1},)


def test_errors_keep_the_reasons():
    OwnFields(data=VALID).is_valid()
    assert counted(Author(data=FALLING), "write", "fallbacks") == ({"native": 1}, {FELL: 1})
    rows = [FALLING, VALID, FALLING]
    assert counted(Author(data=rows, many=True), "fallbacks") == ({FELL: 1},)
    (fallbacks,) = counted(OwnFields(data=[FALLING] * 2, many=True), "fallbacks")
    assert fallbacks.pop(FELL.replace("Author", "OwnFields")) == 1
    assert list(fallbacks.values()) == [1]


@pytest.mark.django_db
def test_lookups():
    rows = copies(fill_shelves(), 30)
    serializer = CopySerializer(data=rows, many=True)
    # Two relations, a unique field and a unique pair of fields.
    assert counted(serializer, "lookups") == ({"answered": 120, "queries": 4},)
    assert not serializer.errors
