"""`dumps` and `loads` as an application without Django calls them."""

import dataclasses
import enum
import ipaddress
import json
import math
import subprocess
import sys
from collections import OrderedDict, deque, namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath
from types import MappingProxyType
from uuid import UUID

import attrs
import orjson
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_rustaccel.core.json import dumps, loads
from json_documents import INVALID, ODD, VALID
from json_values import documents

Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 3


class Day(date):
    pass


@dataclasses.dataclass
class Book:
    title: str
    price: Decimal
    tags: list
    when: datetime = datetime(2024, 5, 1, 12, tzinfo=UTC)


@dataclasses.dataclass(slots=True, frozen=True)
class Slotted:
    number: int


@attrs.define
class Author:
    name: str
    books: list


class Model(pydantic.BaseModel):
    uuid: UUID
    when: date


class Loud(enum.Enum):
    ONE = "one"

    @property
    def value(self):
        return "ONE"


class Both(str, enum.Enum):  # noqa: UP042 - a text first of all
    A = "a"


class Reversed(Point):
    def __iter__(self):
        return iter((self.y, self.x))


@dataclasses.dataclass
class Hidden:
    number: int

    @property
    def number(self):
        return self.__dict__["number"] + 1

    @number.setter
    def number(self, value):
        self.__dict__["number"] = value


@dataclasses.dataclass
class Answering:
    number: int

    def __getattribute__(self, name):
        return 5 if name == "number" else super().__getattribute__(name)


@dataclasses.dataclass
class Partly:
    first: int
    second: int = 2
    third: list = dataclasses.field(default_factory=list)


def partly():
    value = Partly(1)
    del value.__dict__["second"]
    return value


def turned():
    value = Partly(1)
    value.__dict__ = {"more": 0, "third": 3, "second": 2, "first": 1}
    return value


@dataclasses.dataclass
class Mapped(dict):
    number: int = 0


NIL = UUID(int=0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2024, 5, 1, 12, 0, 0, 5, UTC), '"2024-05-01T12:00:00.000005Z"'),
        (datetime(2024, 5, 1, 12), '"2024-05-01T12:00:00"'),
        (
            datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            '"2024-05-01T12:00:00+02:00"',
        ),
        (
            datetime(2024, 5, 1, tzinfo=timezone(timedelta(seconds=1))),
            '"2024-05-01T00:00:00+00:00:01"',
        ),
        (date(2024, 5, 1), '"2024-05-01"'),
        (Day(2024, 5, 1), '"2024-05-01"'),
        (time(12, 30), '"12:30:00"'),
        (time(12, 30, tzinfo=UTC), '"12:30:00Z"'),
        (timedelta(days=1, microseconds=5), '"86400.000005"'),
        (Decimal("1.50"), "1.5"),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (Colour.RED, '"red"'),
        (Size.BIG, "3"),
        ([Colour.RED, {"a": Size.BIG}], '["red",{"a":3}]'),
        (Point(1, Point(2, 3)), "[1,[2,3]]"),
        (PurePosixPath("/a/b"), '"/a/b"'),
        (ipaddress.ip_address("::1"), '"::1"'),
        (deque([1, 2]), "[1,2]"),
        (frozenset([1]), "[1]"),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (MappingProxyType({"a": (1, None)}), '{"a":[1,null]}'),
        (
            Book("ü", Decimal(3), [Slotted(1)]),
            '{"title":"ü","price":3.0,"tags":[{"number":1}],"when":"2024-05-01T12:00:00Z"}',
        ),
        (Author("A", [Slotted(2)]), '{"name":"A","books":[{"number":2}]}'),
        (
            [Model(uuid=NIL, when=date(2024, 5, 1))],
            f'[{{"uuid":"{NIL}","when":"2024-05-01"}}]',
        ),
        ({1: "a", None: 2, False: 3, 1.5: 4}, '{"1":"a","null":2,"false":3,"1.5":4}'),
        (2**70, str(2**70)),
        ("\u2028", r'"\u2028"'),
        ([Loud.ONE, Both.A], '["ONE","a"]'),
        (Reversed(1, 2), "[2,1]"),
        (Hidden(1), '{"number":2}'),
        (Answering(1), '{"number":5}'),
        (partly(), '{"first":1,"second":2,"third":[]}'),
        (turned(), '{"first":1,"second":2,"third":3}'),
        (Partly("é", Partly(None), [Partly(1, 2, [])]), None),
        (Mapped(), "{}"),
        ([2**30 - 1, 2**30, -(2**30), 2**60, -(2**63), 2**63, -5, 0], None),
        ("– " * 60 + "\u2028" + "é\n" * 40 + "\x7f", None),
    ],
)
def test_forms(value, expected):
    if expected is None:
        expected = orjson.dumps(value).decode().replace("\u2028", r"\u2028")
    assert dumps(value).decode() == expected
    assert json.loads(dumps(value, indent=2)) == json.loads(expected)


def test_a_hook_says_what_becomes_of_the_rest():
    assert dumps([1j, {"a": 2j}], default=str) == b'["1j",{"a":"2j"}]'
    assert dumps(1j, lambda value: Point(value.real, value.imag)) == b"[0.0,1.0]"
    with pytest.raises(ZeroDivisionError):
        dumps(1j, lambda value: 1 / 0)


def test_more_classes_than_are_remembered():
    for number in range(1100):
        made = dataclasses.make_dataclass("Made", [f"field{number}"])
        assert dumps(made(number)) == b'{"field%d":%d}' % (number, number)


def test_more_names_than_are_remembered():
    """Names are remembered by their addresses, which are used again once a text is gone."""
    for row in range(300):
        value = [{f"{name}{row}{length * 'x'}": row for name in "abc"} for length in (0, 25, 40)]
        value += [{f"é{row}": 1, "\n": 2, "same": 3}] * 2
        assert dumps(value) == orjson.dumps(value)


class Name(str):
    """A name that changes the dict while it goes away."""

    def __del__(self):
        self.of.clear()


def test_names_of_a_class_of_their_own():
    value = {"first": 1}
    for number in range(3):
        name = Name(f"name{number}")
        name.of = {}
        value[name] = number
    assert dumps([value, value]) == orjson.dumps([dict(value)] * 2, option=orjson.OPT_NON_STR_KEYS)


def test_an_attribute_that_is_missing():
    value = Partly(1)
    del value.first
    with pytest.raises(AttributeError, match="first"):
        dumps([value])


def test_a_hook_that_changes_what_is_written():
    value = Partly(1j, 2, 3)

    def hook(number):
        vars(value).clear()
        vars(value).update(first=1, second=2, third="changed")
        return "replaced"

    assert dumps(value, hook) == b'{"first":"replaced","second":2,"third":"changed"}'


def cycle():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (1j, TypeError),
        (b"bytes", TypeError),
        (Book, TypeError),
        ({(1, 2): 3}, TypeError),
        (math.nan, ValueError),
        ([math.inf], ValueError),
        (Decimal("NaN"), ValueError),
        ("\ud800", ValueError),
        (cycle(), ValueError),
    ],
    ids=repr,
)
def test_what_has_no_form(value, error):
    with pytest.raises(error):
        dumps(value)


def test_depth_is_no_limit_of_ours():
    value = []
    for _ in range(500):
        value = [value]
    assert loads(dumps(value)) == value


@pytest.mark.parametrize("body", VALID)
def test_loads(body):
    assert loads(body) == json.loads(body)


@pytest.mark.parametrize("body", ODD)
def test_what_only_the_standard_library_reads(body):
    try:
        expected = json.loads(body.decode(), parse_constant=pytest.fail)
    except (ValueError, pytest.fail.Exception):
        with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
            loads(body)
    else:
        assert loads(body) == expected


@pytest.mark.parametrize("body", [*INVALID, b"NaN", b"[-Infinity]", b"\xff", b"", b"[" * 100_000])
def test_what_is_no_json(body):
    with pytest.raises(ValueError):  # noqa: PT011 - of several kinds
        loads(body)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.decimals(-(10**19), 10**19, places=9))
def test_numbers_are_read_to_the_last_bit(number):
    text = str(number)
    assert repr(loads(f"[{text}]")) == repr(json.loads(f"[{text}]"))


@given(st.text(min_size=20), st.booleans())
def test_texts_of_every_width(text, is_ascii):
    body = json.dumps({text: [text, text * 9]}, ensure_ascii=is_ascii)
    try:
        body.encode()
    except UnicodeEncodeError:
        return
    assert loads(body) == json.loads(body)
    assert loads(body.encode()) == json.loads(body)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
def test_loads_takes_bytes_and_text(kind):
    assert loads(kind('["ü"]'.encode())) == ["ü"]


def test_a_lone_surrogate_in_a_text():
    with pytest.raises(ValueError, match="surrogate"):
        loads('"\ud800"')


@given(documents)
def test_round_trip(value):
    try:
        expected = orjson.loads(orjson.dumps(value))
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return
    assert loads(dumps(value)) == expected


@given(st.dates() | st.datetimes() | st.uuids() | st.booleans())
def test_as_orjson_writes_them(value):
    assert dumps({"a": [value]}) == orjson.dumps({"a": [value]})


def test_needs_no_django():
    code = (
        "import sys; from django_rustaccel.core.json import dumps, loads\n"
        "assert dumps(loads(b'[1]')) == b'[1]'\n"
        "assert not {'django', 'rest_framework'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
