"""Every field class of Django REST framework with its options, by name."""

import datetime
import decimal
from collections.abc import Callable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import serializers

from bookshop.models import Book, Everything
from read.values import TOKYO

MONEY = {"max_digits": 7, "decimal_places": 2}
FORMATS = [None, "iso-8601", "ISO-8601", "%d.%m.%Y %H:%M", "%Y %% %j %A", "", "ümlaut %Y", "%s"]


class Nested(serializers.Serializer):
    left = serializers.IntegerField()
    right = serializers.CharField(required=False)


def model_field(name: str) -> Any:
    return Everything._meta.get_field(name)


Make = Callable[[], serializers.Field]
FIELDS: dict[str, Make] = {
    "boolean": serializers.BooleanField,
    "boolean null": lambda: serializers.BooleanField(allow_null=True),
    "char": serializers.CharField,
    "char options": lambda: serializers.CharField(
        trim_whitespace=False, allow_blank=True, allow_null=True, max_length=3
    ),
    "email": serializers.EmailField,
    "regex": lambda: serializers.RegexField(r"^a+$"),
    "slug": lambda: serializers.SlugField(allow_unicode=True),
    "url": serializers.URLField,
    **{
        f"uuid {form}": lambda form=form: serializers.UUIDField(format=form)
        for form in ("hex_verbose", "hex", "int", "urn")
    },
    "ip": serializers.IPAddressField,
    "ip v4": lambda: serializers.IPAddressField(protocol="IPv4"),
    "integer": serializers.IntegerField,
    "integer limits": lambda: serializers.IntegerField(min_value=1, max_value=2),
    "float": lambda: serializers.FloatField(max_value=1.0),
    "decimal": lambda: serializers.DecimalField(**MONEY),
    "decimal number": lambda: serializers.DecimalField(**MONEY, coerce_to_string=False),
    "decimal localize": lambda: serializers.DecimalField(**MONEY, localize=True),
    "decimal normalize": lambda: serializers.DecimalField(**MONEY, normalize_output=True),
    "decimal normalize number": lambda: serializers.DecimalField(
        **MONEY, normalize_output=True, coerce_to_string=False
    ),
    "decimal any": lambda: serializers.DecimalField(max_digits=None, decimal_places=None),
    "decimal any places": lambda: serializers.DecimalField(max_digits=4, decimal_places=None),
    "decimal any digits": lambda: serializers.DecimalField(max_digits=None, decimal_places=3),
    "decimal whole": lambda: serializers.DecimalField(max_digits=10, decimal_places=0),
    **{
        f"decimal {rounding}": lambda rounding=rounding: serializers.DecimalField(
            **MONEY, rounding=rounding
        )
        for rounding in (
            decimal.ROUND_UP, decimal.ROUND_DOWN, decimal.ROUND_CEILING, decimal.ROUND_FLOOR,
            decimal.ROUND_HALF_UP, decimal.ROUND_HALF_DOWN, decimal.ROUND_HALF_EVEN,
            decimal.ROUND_05UP,
        )
    },
    "datetime": serializers.DateTimeField,
    "datetime tokyo": lambda: serializers.DateTimeField(default_timezone=TOKYO),
    "datetime fixed": lambda: serializers.DateTimeField(
        default_timezone=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
    ),
    "date": serializers.DateField,
    "time": serializers.TimeField,
    **{
        f"{name} {form!r}": lambda field=field, form=form: field(format=form)
        for name, field in (
            ("datetime", serializers.DateTimeField),
            ("date", serializers.DateField),
            ("time", serializers.TimeField),
        )
        for form in FORMATS
    },
    "duration": serializers.DurationField,
    "choice": lambda: serializers.ChoiceField(["a", "text", "", 1]),
    "choice pairs": lambda: serializers.ChoiceField([(1, "One"), ("t", "T")], allow_blank=True),
    "choice groups": lambda: serializers.ChoiceField([("G", [(1, "a"), (None, "b")]), (2.5, "c")]),
    "choice enum": lambda: serializers.ChoiceField(Book.Status.choices),
    "choice dict": lambda: serializers.ChoiceField({True: "yes", "12": "twelve"}),
    "choice none": lambda: serializers.ChoiceField([]),
    "multiple choice": lambda: serializers.MultipleChoiceField(choices=["a", "b", 1, "x"]),
    "file path": lambda: serializers.FilePathField(path="/"),
    "file": serializers.FileField,
    "file name": lambda: serializers.FileField(use_url=False),
    "image": serializers.ImageField,
    "list": serializers.ListField,
    "list integers": lambda: serializers.ListField(child=serializers.IntegerField()),
    "list texts": lambda: serializers.ListField(child=serializers.CharField(), max_length=1),
    "list decimals": lambda: serializers.ListField(child=serializers.DecimalField(**MONEY)),
    "list lists": lambda: serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField())
    ),
    "list nested": lambda: serializers.ListField(child=Nested()),
    "dict": serializers.DictField,
    "dict texts": lambda: serializers.DictField(child=serializers.CharField()),
    "dict lists": lambda: serializers.DictField(child=serializers.ListField()),
    "hstore": serializers.HStoreField,
    "json": serializers.JSONField,
    "json binary": lambda: serializers.JSONField(binary=True),
    "json encoder": lambda: serializers.JSONField(binary=True, encoder=DjangoJSONEncoder),
    "read only": serializers.ReadOnlyField,
    "hidden": lambda: serializers.HiddenField(default="hidden"),
    "write only": lambda: serializers.CharField(write_only=True),
    "default": lambda: serializers.CharField(default="fallback"),
    "default callable": lambda: serializers.IntegerField(default=lambda: "7"),
    "not required": lambda: serializers.CharField(required=False),
    "read only char": lambda: serializers.CharField(read_only=True),
    "nested": Nested,
    "nested null": lambda: Nested(allow_null=True),
    "nested many": lambda: Nested(many=True),
    "string related": serializers.StringRelatedField,
    "string related many": lambda: serializers.StringRelatedField(many=True),
    "primary key": lambda: serializers.PrimaryKeyRelatedField(read_only=True),
    "primary key many": lambda: serializers.PrimaryKeyRelatedField(read_only=True, many=True),
    "primary key as uuid": lambda: serializers.PrimaryKeyRelatedField(
        read_only=True, pk_field=serializers.UUIDField(format="hex")
    ),
    "slug related": lambda: serializers.SlugRelatedField("a", read_only=True),
    "model field": lambda: serializers.ModelField(model_field("char")),
    "source": lambda: serializers.CharField(source="value.real"),
    "source deep": lambda: serializers.ReadOnlyField(source="value.real.imag"),
    "source default": lambda: serializers.CharField(source="value.missing", default="none"),
    "source null": lambda: serializers.CharField(source="value.missing", allow_null=True),
    "source skipped": lambda: serializers.CharField(source="value.missing", required=False),
    "source star": lambda: serializers.CharField(source="*"),
    "missing": lambda: serializers.CharField(source="absent"),
}  # fmt: skip

if hasattr(serializers, "BigIntegerField"):
    FIELDS |= {
        "big integer": serializers.BigIntegerField,
        "big integer text": lambda: serializers.BigIntegerField(coerce_to_string=True),
    }
if "format" in (serializers.DurationField.__init__.__kwdefaults__ or {}):
    FIELDS |= {
        f"duration {form!r}": lambda form=form: serializers.DurationField(format=form)
        for form in (None, "iso-8601", "django")
    }
