"""Odd values of every Python type a serializer can meet."""

import datetime
import enum
import ipaddress
import types
import uuid
from collections import OrderedDict, namedtuple
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from bookshop.models import Book

TOKYO = ZoneInfo("Asia/Tokyo")
BERLIN = ZoneInfo("Europe/Berlin")


class Text(str):
    __slots__ = ()


class ShoutingText(str):
    __slots__ = ()

    def __str__(self) -> str:
        return self.upper()


class Whole(int):
    pass


class SpelledWhole(int):
    def __str__(self) -> str:
        return "spelled"

    __repr__ = __str__


class Real(float):
    pass


class Amount(Decimal):
    pass


class Moment(datetime.datetime):
    def isoformat(self, *args: Any, **kwargs: Any) -> str:
        return "a moment"


class Day(datetime.date):
    pass


class Listing(list):
    pass


class Mapping(dict):
    def items(self) -> Any:
        return [("replaced", 1)]


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


class Word(enum.StrEnum):
    YES = "yes"


class Broken:
    def __str__(self) -> str:
        raise ValueError("no spelling")


class Plain:
    def __str__(self) -> str:
        return "a plain object"

    def __repr__(self) -> str:
        return "<Plain>"


class Answering:
    """Answers to everything a field may ask, each with something else than its `str`."""

    def __str__(self) -> str:
        return "12"

    def __int__(self) -> int:
        return 34

    def __float__(self) -> float:
        return 5.5

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Any:
        return iter([1, None])

    def __repr__(self) -> str:
        return "<Answering>"


class Unhashable:
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable)


Pair = namedtuple("Pair", "left right")

TEXTS: list[Any] = [
    "", " ", "text", "  padded  ", "naïve 日本語 🐍", "\u2028\u2029\x7f\x00\x1f",
    "</script>&'\"\\/",
    "\ud800 lone", "a" * 300, "12", "-7", "1.50", " 3 ", "1e3", "nan", "inf", "true", "False", "t",
    "null", "1_000", "٣", "2024-02-29", "2024-02-29T12:30:00Z", "12:30:00",
    "urn:uuid:12345678-1234-5678-1234-567812345678", Text("subclass"), ShoutingText("shout"),
    mark_safe("<b>"), gettext_lazy("Monday"), Word.YES, Book.Status.ON_SALE,
]  # fmt: skip
NUMBERS: list[Any] = [
    0, 1, -1, 255, 2**31, -(2**31), 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 2**200,
    True, False, Whole(7), SpelledWhole(8), Level.LOW,
    0.0, -0.0, 1.0, 1.5, 0.1 + 0.2, 1e15, 1e16, 1e22, 1e-5, 1e-7, 5e-324, 1.7e308, -2.5,
    float("inf"), float("-inf"), float("nan"), Real(2.5), 1 + 2j,
]  # fmt: skip
DECIMALS: list[Any] = [
    Decimal(text)
    for text in (
        "0", "-0", "0.00", "1", "1.1", "1.10", "-1.005", "1.015", "2.675", "12345.678", "1E+3",
        "1E-10", "-0E-5", "99999.999", "1234567890123456789.123456789", "Infinity", "-Infinity",
        "NaN", "sNaN", "100", "1E+30",
    )
] + [Amount("3.14159")]  # fmt: skip
MOMENTS: list[Any] = [
    datetime.datetime(2024, 2, 29, 12, 30),
    datetime.datetime(2024, 2, 29, 12, 30, 15, 120000),
    datetime.datetime(1, 1, 1),
    datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
    datetime.datetime(2024, 2, 29, 12, 30, tzinfo=datetime.UTC),
    datetime.datetime(2024, 2, 29, 12, 30, 0, 7, tzinfo=datetime.UTC),
    datetime.datetime(2024, 7, 1, 8, tzinfo=TOKYO),
    datetime.datetime(2024, 3, 31, 2, 30, tzinfo=BERLIN),
    datetime.datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=1),
    datetime.datetime(2024, 3, 31, 2, 30),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1),
    datetime.datetime(1890, 1, 1, tzinfo=BERLIN),
    datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=9))),
    datetime.datetime(9999, 12, 31, 23, tzinfo=datetime.timezone(-datetime.timedelta(hours=9))),
    datetime.datetime(
        2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(seconds=-4521, microseconds=3))
    ),
    Moment(2024, 1, 1),
    datetime.date(2024, 2, 29),
    datetime.date(1, 1, 1),
    datetime.date(9999, 12, 31),
    Day(2024, 1, 1),
    datetime.time(12, 30),
    datetime.time(0, 0, 0, 1),
    datetime.time(23, 59, 59, 999999, tzinfo=datetime.UTC),
    datetime.time(12, tzinfo=BERLIN),
    datetime.time(12, fold=1),
    datetime.timedelta(),
    datetime.timedelta(days=-1, microseconds=1),
    datetime.timedelta(days=400, hours=3, seconds=1, microseconds=20),
    datetime.timedelta(milliseconds=-1500),
    datetime.timedelta.max,
    datetime.timedelta.min,
]
OBJECTS: list[Any] = [
    None, uuid.UUID(int=5), uuid.UUID("12345678-1234-5678-1234-567812345678"),
    ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::1"),
    ipaddress.ip_network("10.0.0.0/30"), b"bytes", b"\xff\xfe", bytearray(b"ab"),
    memoryview(b"ab"), Colour.RED, Broken(), Plain(), Answering(), Unhashable(),
    PurePosixPath("/a/b"), Ellipsis, NotImplemented, SimpleLazyObject(lambda: "lazy"),
    ValueError("an error"), types.SimpleNamespace(a=1), range(3),
]  # fmt: skip
CONTAINERS: list[Any] = [
    [], [1, "a", None], ["x"], [None], [[1], [2, [3]]], (), (1, 2), {1}, frozenset("a"), {},
    {"a": 1},
    {1: "int", None: "none", False: "bool", 1.5: "float"}, {(1, 2): "tuple key"}, {"a": None},
    {"nested": {"list": [Decimal("1.0"), datetime.date(2024, 1, 1)]}}, {"x": "1", "y": " 2 "},
    Listing([1, 2]), Mapping(a=1), OrderedDict(b=1, a=2), Pair(1, 2), {"a": float("nan")},
    [b"\xff"], [Plain()], ["a", "b", "a"], [Decimal("1.25"), "2", 3.5], {"k": Broken()},
    types.MappingProxyType({"proxied": 1}), {"\ud800": "surrogate key"}, [float("inf")],
]  # fmt: skip
CALLABLES: list[Any] = [
    lambda: "called", lambda value=3: value, lambda needed: needed, len, str, Plain, dict,
    lambda *args: args, lambda **kwargs: kwargs, Plain().__str__,
]  # fmt: skip

VALUES = [*TEXTS, *NUMBERS, *DECIMALS, *MOMENTS, *OBJECTS, *CONTAINERS, *CALLABLES]
