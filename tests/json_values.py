"""Values for the JSON tests: hypothesis strategies, and types that are nearly what json knows."""

import datetime
import decimal
import enum
import ipaddress
import uuid
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import Any

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from hypothesis import strategies as st
from rest_framework.utils.serializer_helpers import ReturnDict, ReturnList

#: Every character that some spelling treats in its own way, and lone surrogates.
CHARACTERS = [
    *map(chr, range(0x100)),
    *"\u2027\u2028\u2029\u202a\u20ac\ud7ff\ue000\ufeff\uffff\U00010000\U0001f600\U0010ffff",
    "\ud800",
    "\udfff",
]


class Text(str):
    def __str__(self) -> str:
        return "not what is written"


class Number(int):
    def __repr__(self) -> str:
        return "not what is written"


class Ratio(float):
    def __repr__(self) -> str:
        return "not what is written"


class Colour(str, enum.Enum):  # noqa: UP042 - how Django's TextChoices are made
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Plain(enum.Enum):
    ONE = 1


Point = namedtuple("Point", "x y")


class Backwards(list):
    def __iter__(self):
        return reversed([*super().__iter__()])


class Empty(list):
    def __len__(self):
        return 0


class FalseDict(dict):
    def __bool__(self):
        return False


class OtherItems(dict):
    def items(self):
        return [("other", 1), (2, "items")]


class OddItems(dict):
    def items(self):
        return [["not", "a tuple"]]


class Moment(datetime.datetime):
    def isoformat(self, *args: Any) -> str:
        return "some time"


class Day(datetime.date):
    pass


class Id(uuid.UUID):
    def __str__(self) -> str:
        return "some id"


class Mapping:
    def keys(self):
        return ["a", "b"]

    def __getitem__(self, key):
        return key * 2


class Sequence:
    def __getitem__(self, index):
        return [1, 2][index]


class Iterable:
    def __iter__(self):
        return iter("ab")


class Array:
    def tolist(self):
        return [1, [2.5, None]]


def zone(**offset: float) -> datetime.timezone:
    return datetime.timezone(datetime.timedelta(**offset))


def moved_to_end() -> OrderedDict:
    result = OrderedDict(a=1, b=2, c=3)
    result.move_to_end("a")
    return result


_MOMENT = datetime.datetime(2024, 2, 29, 13, 5, 7)

#: What stays native with DRF's encoder.
NATIVE = [
    *[True, False, "", "x", 0, -1, 2**63 - 1, -(2**63), 2**63, 10**50, 0.0, -0.0, 1e16, 1e-5],
    *[[], {}, (), [[]], [{}], {"a": []}, {"a": {"b": (1, [2, {"c": None}])}}],
    *[{2: 1, -2: 2, 1.5: 3, True: 4, None: 5, 10**30: 6, 0.1: 7}],
    *[Text("é"), Number(7), Number(10**30), Ratio(0.1), Colour.RED, Level.HIGH, mark_safe("<b>")],
    *[{Text("k"): 1, Colour.RED: 2, Level.HIGH: 3, Ratio(1.25): 4}],
    *[Point(1, [2]), Counter("aab"), defaultdict(list, a=[1]), OrderedDict(b=1, a=2)],
    *[
        moved_to_end(),
        OtherItems(a=1),
        MultiValueDict({"a": [1, 2], "b": []}),
        QueryDict("a=1&a=2"),
    ],
    *[ReturnDict({"a": 1}, serializer=None), ReturnList([1], serializer=None)],
    *[_MOMENT, _MOMENT.replace(microsecond=120), _MOMENT.replace(year=8, tzinfo=datetime.UTC)],
    *[
        _MOMENT.replace(tzinfo=zone(hours=-3, minutes=-30)),
        _MOMENT.replace(tzinfo=zone(seconds=59)),
    ],
    *[_MOMENT.replace(tzinfo=zone(seconds=-1)), _MOMENT.replace(tzinfo=zone(microseconds=1))],
    *[datetime.date(1, 1, 1), datetime.time(23, 59, 59, 999999), datetime.time(0)],
    *[datetime.timedelta(0), datetime.timedelta(days=-1, microseconds=1), datetime.timedelta.max],
    *[datetime.timedelta(days=104249, microseconds=991), datetime.timedelta(microseconds=1)],
    *[decimal.Decimal("1.10"), decimal.Decimal("-0"), decimal.Decimal("1e400") / 10**380],
    *[uuid.UUID(int=0), uuid.UUID("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")],
    *[Moment(2024, 1, 1), Day(2024, 1, 1), Id(int=1), lazystr("lazy"), b"bytes"],
    *[Mapping(), Iterable(), Array(), {1, 2}],
]

#: What only stock decides about.
STOCK = [
    *["\ud800", {"\udfff": 1}, float("nan"), float("inf"), [-float("inf")], {float("nan"): 1}],
    *[{(1, 2): 3}, {b"k": 1}, {uuid.UUID(int=1): 1}, Backwards([1, 2]), Empty([1])],
    *[FalseDict(a=1), OddItems(a=1), decimal.Decimal("NaN"), decimal.Decimal("1e400")],
]

#: What the encoder or Python itself refuses, or what only some versions take.
RAISING = [
    *[object(), Plain.ONE, {"a": [object()]}, 1j, 10**5000, {10**5000: 1}, b"\xff"],
    *[datetime.time(1, tzinfo=datetime.UTC), decimal.Decimal("sNaN"), Sequence(), range(3)],
    *[ipaddress.ip_address("10.0.0.1"), ipaddress.ip_network("10.0.0.0/30")],
]

text = st.text(st.one_of(st.characters(), st.sampled_from(CHARACTERS)))
numbers = st.one_of(
    st.integers(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.floats(min_value=1e-6, max_value=1e-3),
    st.floats(min_value=1e15, max_value=1e17),
)
zones = st.one_of(
    st.none(),
    st.timezones(),
    st.timedeltas(-datetime.timedelta(0, 86399), datetime.timedelta(0, 86399)).map(
        datetime.timezone
    ),
)
spelled = st.one_of(
    st.datetimes(timezones=zones),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.uuids(),
)
scalars = st.one_of(st.none(), st.booleans(), text, numbers, spelled)
keys = st.one_of(text, numbers, st.booleans(), st.none())
json_scalars = st.one_of(st.none(), st.booleans(), text, numbers)


def nested(leaves: st.SearchStrategy[Any], names: st.SearchStrategy[Any]) -> Any:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner),
            st.lists(inner).map(tuple),
            st.dictionaries(names, inner),
            st.dictionaries(names, inner).map(OrderedDict),
        ),
        max_leaves=25,
    )


structures = nested(scalars, keys)
documents = nested(json_scalars, text)
