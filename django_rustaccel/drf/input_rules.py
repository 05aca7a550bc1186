"""Which native rule mirrors what a stock field does with input, and which checks its validators.

A rule stands for one ``to_internal_value`` function, as a kind stands for one
``to_representation``.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from django.core import validators as django_validators
from rest_framework import ISO_8601, fields, relations, validators
from rest_framework.settings import api_settings

from django_rustaccel.core.origin import belongs_to, describe_override
from django_rustaccel.drf.mirrors import Mirror, Options, Unsupported, by_method, no_options

#: A native check and its limit.
Check = tuple[str, Any]


def _boolean(field: Any) -> Options | Unsupported:
    tables = (field.TRUE_VALUES, field.FALSE_VALUES, field.NULL_VALUES)
    if tables != (_TRUE, _FALSE, _NULL):
        return Unsupported("its TRUE_VALUES or FALSE_VALUES are no longer DRF's")
    return {"allow_null": field.allow_null}


_TRUE = {"t", "y", "yes", "true", "on", "1", 1}
_FALSE = {"f", "n", "no", "false", "off", "0", 0}
_NULL = {"null", "", None}


def _text(field: Any) -> Options:
    return {"trim": bool(field.trim_whitespace), "allow_blank": bool(field.allow_blank)}


def _ip(field: Any) -> Options | Unsupported:
    if field.allow_blank:
        return Unsupported("an IP address that may be blank is read by Python")
    return {"trim": bool(field.trim_whitespace), "v6": field.protocol in ("both", "ipv6")}


def _decimal(field: Any) -> Options | Unsupported:
    if field.localize:
        return Unsupported("localize is read by Python")
    limits = (field.max_digits, field.decimal_places)
    if not all(limit is None or (type(limit) is int and 0 <= limit <= 28) for limit in limits):
        return Unsupported("more than 28 digits are read by Python")
    return {"digits": limits[0], "places": limits[1], "allow_null": field.allow_null}


def _begins_with_iso(field: Any, default: Any) -> bool:
    formats = getattr(field, "input_formats", default)
    first = next(iter(formats), None) if isinstance(formats, (list, tuple)) else None
    return isinstance(first, str) and first.lower() == ISO_8601


def _iso(setting: str) -> Callable[[Any], Options | Unsupported]:
    def options(field: Any) -> Options | Unsupported:
        if not _begins_with_iso(field, getattr(api_settings, setting)):
            return Unsupported("input formats of its own are read by strptime")
        return {}

    return options


def _datetime(field: Any) -> Options | Unsupported:
    if not _begins_with_iso(field, api_settings.DATETIME_INPUT_FORMATS):
        return Unsupported("input formats of its own are read by strptime")
    return {"zone": field.timezone if hasattr(field, "timezone") else "current"}


def _choice(field: Any) -> Options:
    return {"values": field.choice_strings_to_values, "allow_blank": bool(field.allow_blank)}


def _choices(field: Any) -> Options:
    empty: Any = fields.MultipleChoiceField(choices=[])
    as_set = isinstance(empty.to_internal_value([]), set)
    return _choice(field) | {"allow_empty": bool(field.allow_empty), "as_set": as_set}


def _json(field: Any) -> Options | Unsupported:
    if field.binary or field.encoder is not None:
        return Unsupported("binary=True and encoders are Python's")
    return {}


_TEMPORAL = ("datetime_parser",)

_RULES = [
    Mirror(fields.BooleanField, "boolean", _boolean, ("_lower_if_str",)),
    Mirror(fields.CharField, "text", _text),
    Mirror(fields.IPAddressField, "ip", _ip),
    Mirror(fields.UUIDField, "uuid", no_options),
    Mirror(fields.IntegerField, "integer", no_options, ("MAX_STRING_LENGTH", "re_decimal")),
    Mirror(fields.FloatField, "float", no_options, ("MAX_STRING_LENGTH",)),
    Mirror(
        fields.DecimalField, "decimal", _decimal,
        ("MAX_STRING_LENGTH", "validate_precision", "quantize"),
    ),
    Mirror(
        fields.DateTimeField, "datetime", _datetime,
        (*_TEMPORAL, "enforce_timezone", "default_timezone"),
    ),
    Mirror(fields.DateField, "date", _iso("DATE_INPUT_FORMATS"), _TEMPORAL),
    Mirror(fields.TimeField, "time", _iso("TIME_INPUT_FORMATS"), _TEMPORAL),
    Mirror(fields.DurationField, "duration", no_options),
    Mirror(fields.ChoiceField, "choice", _choice),
    Mirror(fields.MultipleChoiceField, "choices", _choices),
    Mirror(fields.JSONField, "json", _json),
    Mirror(fields._UnvalidatedField, "as_is", no_options),
    Mirror(fields.HiddenField, "stock", no_options),
    Mirror(relations.PrimaryKeyRelatedField, "related", no_options),
    Mirror(relations.SlugRelatedField, "related", no_options),
]  # fmt: skip

#: Field classes whose ``to_internal_value`` is mirrored.
MIRRORED = tuple(rule.stock for rule in _RULES)

_BY_METHOD = by_method(_RULES, "to_internal_value")

#: What a field may not override if it is to be served natively.
FIELD_METHODS = (
    "to_internal_value", "run_validation", "validate_empty_values", "run_validators", "get_default",
)  # fmt: skip


def rule_of(field: Any) -> tuple[str, Options] | Unsupported:
    """The rule and options of a field that is no serializer, or why it has none."""
    rule = _BY_METHOD.get(type(field).to_internal_value)
    return Unsupported(unknown(field)) if rule is None else rule.of(field, *FIELD_METHODS)


def unknown(field: Any) -> str:
    """Why a field without a rule has none."""
    cls = type(field)
    if belongs_to(cls.to_internal_value, "rest_framework"):
        return f"`{cls.__name__}` is read by Python"
    return describe_override(field, "to_internal_value")


def checks_of(field: Any) -> tuple[list[Check], str]:
    """The native checks of a field, and who runs the other validators.

    ``"native"``: there are no others; ``"unique"``: they only ask the database whether a value is
    taken; ``"stock"``: all of them run as Python code.
    """
    found: list[Check] = []
    who = "native"
    for validator in field.validators:
        if type(validator) is validators.UniqueValidator:
            who = "unique"
            continue
        check = _check(validator)
        if check is None:
            return [], "stock"
        if isinstance(field, fields.DecimalField):
            check = _among_decimals(check)
        if check not in found:
            found.append(check)
    return found, who


def _check(validator: Any) -> Check | None:
    kind = type(validator)
    if kind is FunctionType:
        name = _ADDRESSES.get(validator)
        return None if name is None else (name, None)
    make = _CHECKS.get(kind, _pattern if _is_pattern(kind) else None)
    return None if make is None or not _is_untouched(kind) else make(validator)


def _is_pattern(kind: type) -> bool:
    """Whether a class only has a pattern of its own, as Django's validators of user names."""
    regex: Any = django_validators.RegexValidator
    return issubclass(kind, regex) and kind.__call__ is regex.__call__


def is_checked(validator: Any) -> bool:
    """Whether a validator is native, or only asks the database."""
    return type(validator) is validators.UniqueValidator or _check(validator) is not None


def _among_decimals(check: Check) -> Check:
    """The same limit as a `Decimal`: comparing one with an `int` makes one of it every time."""
    name, limit = check
    return (name, decimal.Decimal(limit)) if type(limit) is int else check


def _is_untouched(kind: Any) -> bool:
    return belongs_to(kind.__call__, "django") or belongs_to(kind.__call__, "rest_framework")


def _length(name: str) -> Callable[[Any], Check | None]:
    def check(validator: Any) -> Check | None:
        limit = validator.limit_value
        return (name, limit) if type(limit) is int and limit >= 0 else None

    return check


def _value(name: str) -> Callable[[Any], Check | None]:
    def check(validator: Any) -> Check | None:
        limit = validator.limit_value
        return None if callable(limit) else (name, limit)

    return check


def _plain_text(validator: Any) -> Check | None:
    return ("plain_text", None)


def _mail(validator: Any) -> Check | None:
    """Its own allowlist could only accept more."""
    return ("mail", None) if _only(validator, {"message", "code", "domain_allowlist"}) else None


def _url(validator: Any) -> Check | None:
    if not _only(validator, {"message", "code", "regex"}):
        return None
    stock: Any = django_validators.URLValidator.regex
    plain = validator.regex.pattern == stock.pattern
    return ("url", validator.max_length) if plain else None


def _pattern(validator: Any) -> Check | None:
    if not _only(validator, {"message", "code", "regex", "flags", "inverse_match"}):
        return None
    regex, inverse = validator.regex, bool(validator.inverse_match)
    if not inverse and (regex.pattern, regex.flags) in _SLUGS:
        return ("slug", None)
    return ("pattern", (regex.search, inverse))


def _only(validator: Any, names: Iterable[str]) -> bool:
    own: set[str] = set(vars(validator))
    return own <= {"_constructor_args", *names}


_SLUGS = {(pattern, re.UNICODE) for pattern in (r"^[-a-zA-Z0-9_]+$", r"^[-a-zA-Z0-9_]+\Z")}

_ADDRESSES: dict[Any, str] = {
    django_validators.validate_ipv4_address: "ipv4",
    django_validators.validate_ipv46_address: "ip",
}

_CHECKS: dict[type, Callable[[Any], Check | None]] = {
    django_validators.MaxLengthValidator: _length("max_length"),
    django_validators.MinLengthValidator: _length("min_length"),
    django_validators.MaxValueValidator: _value("max_value"),
    django_validators.MinValueValidator: _value("min_value"),
    django_validators.ProhibitNullCharactersValidator: _plain_text,
    validators.ProhibitSurrogateCharactersValidator: _plain_text,
    django_validators.EmailValidator: _mail,
    django_validators.URLValidator: _url,
    django_validators.RegexValidator: _pattern,
}
