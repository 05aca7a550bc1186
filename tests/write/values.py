"""Fields of every class with their options, and values of every kind to send them."""

import datetime
import decimal
import enum
import uuid
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core import validators
from django.utils import timezone
from rest_framework import serializers

WHITE = "\t\x0b\x1c\x1f \x85\xa0\u1680\u2003\u2028\u3000"


class Colour(enum.Enum):
    RED = "r"


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Shouted(validators.RegexValidator):
    """Python code of its own."""

    def __call__(self, value: Any) -> None:
        super().__call__(value.lower())


class Rows(list[Any]):
    pass


def _fields() -> dict[str, Any]:
    s = serializers
    texts = {
        "char": s.CharField(),
        "char_blank": s.CharField(allow_blank=True, allow_null=True),
        "char_untrimmed": s.CharField(trim_whitespace=False, min_length=2, max_length=5),
        "char_untrimmed_blank": s.CharField(trim_whitespace=False, allow_blank=True),
        "char_validators": s.CharField(
            validators=[validators.RegexValidator("^a"), validators.validate_slug]
        ),
        "email": s.EmailField(max_length=30),
        "regex": s.RegexField(r"^[a-z]{2}\d?$"),
        "regex_inverse": s.CharField(validators=[validators.RegexValidator("x", inverse_match=1)]),
        "regex_class": s.CharField(validators=[UnicodeUsernameValidator()]),
        "regex_class_called": s.CharField(validators=[Shouted("^a")]),
        "slug": s.SlugField(),
        "slug_unicode": s.SlugField(allow_unicode=True),
        "url": s.URLField(),
        "ip": s.IPAddressField(),
        "ipv4": s.IPAddressField(protocol="IPv4"),
        "ipv6": s.IPAddressField(protocol="ipv6"),
        "uuid": s.UUIDField(format="hex"),
    }
    numbers = {
        "boolean": s.BooleanField(),
        "boolean_null": s.BooleanField(allow_null=True),
        "integer": s.IntegerField(),
        "integer_limits": s.IntegerField(min_value=-5, max_value=decimal.Decimal("20.5")),
        "float": s.FloatField(),
        "float_limits": s.FloatField(min_value=0, max_value=10),
        "decimal": s.DecimalField(max_digits=6, decimal_places=2),
        "decimal_null": s.DecimalField(max_digits=None, decimal_places=None, allow_null=True),
        "decimal_narrow": s.DecimalField(max_digits=2, decimal_places=3, min_value=0),
        "decimal_whole": s.DecimalField(max_digits=5, decimal_places=0, rounding="ROUND_UP"),
        "decimal_places": s.DecimalField(max_digits=None, decimal_places=25),
        "decimal_localize": s.DecimalField(max_digits=6, decimal_places=2, localize=True),
    }
    berlin = timezone.get_fixed_timezone(90)
    times = {
        "datetime": s.DateTimeField(),
        "datetime_naive": s.DateTimeField(default_timezone=berlin),
        "datetime_formats": s.DateTimeField(input_formats=["iso-8601", "%d.%m.%Y"]),
        "datetime_own": s.DateTimeField(input_formats=["%d.%m.%Y"]),
        "date": s.DateField(),
        "date_formats": s.DateField(input_formats=["%d.%m.%Y", "iso-8601"]),
        "time": s.TimeField(),
        "duration": s.DurationField(max_value=datetime.timedelta(days=30)),
    }
    choices = {
        "choice": s.ChoiceField(choices=["a", "b", ("1", "One")]),
        "choice_numbers": s.ChoiceField(choices=[(1, "One"), (2, "Two")], allow_blank=True),
        "choice_groups": s.ChoiceField(choices=[("G", [("a", "A"), (True, "B")])], allow_null=True),
        "choice_enum": s.ChoiceField(choices=[(Colour.RED, "Red")]),
        "choices": s.MultipleChoiceField(choices=["a", "b", 1]),
        "choices_full": s.MultipleChoiceField(choices=["a"], allow_empty=False, allow_null=True),
    }
    containers = {
        "list": s.ListField(),
        "list_integers": s.ListField(child=s.IntegerField(min_value=0), max_length=3),
        "list_full": s.ListField(child=s.CharField(allow_null=True), allow_empty=False),
        "list_lists": s.ListField(child=s.ListField(child=s.BooleanField())),
        "dict": s.DictField(),
        "dict_floats": s.DictField(child=s.FloatField(), allow_empty=False),
        "hstore": s.HStoreField(),
        "json": s.JSONField(),
        "json_binary": s.JSONField(binary=True),
    }
    return texts | numbers | times | choices | containers


FIELDS = _fields()

VALUES: list[Any] = [
    None, True, False, 0, 1, -3, 7, 20, 21, 10**18, 10**30, -(10**4000), Number(3),
    0.0, -0.0, 1.0, 2.5, 1e15, 1e16, 1e-7, 1e300, float("inf"), float("nan"), 123.456,
    "", " ", WHITE, "a", "b", "r", "ab", "ab1", " ab ", f"{WHITE}ab{WHITE}", "abcdef", "x" * 1500,
    "a\x00b", "\ud800", "a\udfff", "ä", "日本", "🐍" * 3, "a\n", "\u200ba", Text("ab"), Text(""),
    "true", "TRUE", "Yes", "off", "null", "NULL", "\u017f", "None", "inf", "nan", "Infinity",
    "1", "+1", "-1", "--1", "1_000", "01", "1.0", "1.00 ", "1.", ".5", "1e2", "1E-2", "٣",
    "\uff11\uff12",
    " 12 ", "12.34", "-12.345", "1234.56", "12345.6", "0.001", "-0.00", "0.0000", "1" * 18,
    "1" * 19, "1" * 40, "9" * 5000, "1,5", "0x10", "Red", "Colour.RED", Colour.RED,
    "jo@example.com", "Jo <jo@example.com>", "jo@localhost", "jo@ex_ample.com", "jo@[127.0.0.1]",
    "jo@münchen.de", '"a b"@example.com', "a.b+c@sub.example.co", "jo@example.c", "@example.com",
    "http://example.com", "https://u:p@example.com:80/a?b#c", "http://localhost/", "ftp://a.bc",
    "HTTP://EXAMPLE.COM", "http://1.2.3.4", "http://[::1]:80/", "http://a.bc:999999/", "x://a.bc",
    "http://example.com/a b", "http://example.com/ä", "http://-a.bc", "a-b_c", "a b",
    "http://example.com?\\[",
    "127.0.0.1", "127.00.0.1", "256.0.0.1", "::1", "2001:DB8::0:1", "::ffff:1.2.3.4", "fe80::1%1",
    " ::1 ", "::1.2.3.4", "1:2:3:4:5:6:7:8", "1:0:0:4:5:6:0:8", "0:" * 20,
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE7DEC11D0A76500A0C91E6BF6",
    "{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf", "f81d4fae_7dec_11d0_a765_00a0c91e6bf6", 2**127, 2**128,
    uuid.UUID(int=5),
    "2024-02-29", "2023-02-29", "2024-2-9", "20240229", "2024-W09-4", "29.02.2024", "0001-01-01",
    "9999-12-31", "0000-01-01", "\uff12\uff10\uff12\uff14-02-29",
    "2024-02-29 ", "2024-02-29T10:20:30",
    "2024-02-29T10:20:30Z", "2024-02-29 10:20:30.5+02:00", "2024-02-29T10:20", "2024-02-29T10",
    "2024-02-29T10:20:30.1234567Z", "2024-02-29T10:20:30,5Z", "2024-02-29T10:20:30+0200",
    "2024-02-29T24:00:00Z", "2024-02-29T10:20:60Z", "2024-02-29T10:20:30-00:00",
    "2024-02-29T10:20:30+24:00", "2024-02-29T10:20:30+23:59", "2024-02-29t10:20:30z",
    "2024-03-31T02:30:00", "2024-10-27T02:30:00", "2024-10-27T00:30:00Z", "2024-10-27T01:30:00Z",
    "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "2024-02-29T10:20:30+01:30:15",
    "10:20", "10:20:30", "10:20:30.000001", "10:20:30.1234567", "10", "1:2", "24:00", "10:20Z",
    "10:20:30+02:00", "T10:20",
    "1 10:20:30", "-1 10:20:30", "3 days, 10:20:30", "P3DT4H", "PT5M", "100:00:00", "10:20:30.5",
    "99999999999 00:00:00", "40 00:00:00", "1.5", "1:2:3",
    datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 10, 20), datetime.time(10, 20),
    datetime.datetime(2024, 2, 29, 10, 20, tzinfo=datetime.UTC), datetime.timedelta(hours=3),
    decimal.Decimal("12.3"), decimal.Decimal("1E+2"), decimal.Decimal("NaN"), decimal.Decimal(0),
    [], [1], ["a"], ["a", "b", "a"], [1, "2", 3.0], [1, 2, 3, 4], [None], [""], [-1],
    [[True, "no"]], [[1], [2]], [{"a": [1]}], (1, 2), {1, 2}, Rows([1]), range(2), [[[[]]]],
    [float("nan")],
    {}, {"a": 1}, {"a": "1.5", "b": 2}, {1: 2}, {"a": None}, {"a": {"b": [1, {"c": 2}]}},
    {"a": object}, {"\ud800": "\ud800"}, {("a",): 1}, b"ab", b"{}", object, serializers.empty,
]  # fmt: skip
