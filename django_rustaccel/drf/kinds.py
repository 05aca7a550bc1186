"""Which kind mirrors a stock DRF field, and with which options.

A kind stands for one ``to_representation`` function.
"""

from __future__ import annotations

import decimal
import re
from typing import Any

from rest_framework import ISO_8601, fields, relations
from rest_framework.settings import api_settings

from django_rustaccel.core.origin import belongs_to, describe_override, location
from django_rustaccel.drf.mirrors import Mirror, Options, Unsupported, by_method, no_options


def _uuid(field: Any) -> Options:
    return {"format": field.uuid_format}


def _integer(field: Any) -> Options:
    return {"as_text": False}


def _big_integer(field: Any) -> Options:
    default = api_settings.COERCE_BIGINT_TO_STRING
    return {"as_text": bool(getattr(field, "coerce_to_string", default))}


def _decimal(field: Any) -> Options | Unsupported:
    if field.localize or field.normalize_output:
        return Unsupported("localize and normalize_output are spelled by Python")
    rounding = field.rounding or decimal.getcontext().rounding
    if rounding == decimal.ROUND_05UP:
        return Unsupported("ROUND_05UP is rounded by Python")
    default = api_settings.COERCE_DECIMAL_TO_STRING
    return {
        "as_text": bool(getattr(field, "coerce_to_string", default)),
        "places": field.decimal_places,
        "digits": field.max_digits,
        "rounding": rounding,
    }


#: Formats of which no directive depends on a locale or platform; others are left to ``strftime``.
_PATTERN = re.compile(r"(?:[ -$&-~]|%[YmdHMSfyj%])*", re.ASCII)


def _format(field: Any, default: Any) -> Options | Unsupported:
    output_format = getattr(field, "format", default)
    if output_format is None or output_format == ISO_8601:
        return {"format": output_format}
    if not isinstance(output_format, str):
        return Unsupported("its format is no text")
    if output_format.lower() == ISO_8601:
        return {"format": ISO_8601}
    if _PATTERN.fullmatch(output_format) is None:
        return Unsupported("a format with names or padding of its own is spelled by strftime")
    return {"format": output_format}


def _datetime(field: Any) -> Options | Unsupported:
    options = _format(field, api_settings.DATETIME_FORMAT)
    if isinstance(options, Unsupported):
        return options
    return options | {"zone": field.timezone if hasattr(field, "timezone") else "current"}


def _date(field: Any) -> Options | Unsupported:
    return _format(field, api_settings.DATE_FORMAT)


def _time(field: Any) -> Options | Unsupported:
    return _format(field, api_settings.TIME_FORMAT)


def _duration(field: Any) -> Options | Unsupported:
    default = getattr(api_settings, "DURATION_FORMAT", "django")
    output_format = getattr(field, "format", default)
    if output_format is None:
        return Unsupported("format=None returns timedelta objects")
    return {"format": str(output_format).lower()}


def _choice(field: Any) -> Options:
    return {"values": field.choice_strings_to_values}


def _json(field: Any) -> Options | Unsupported:
    return Unsupported("binary=True is encoded by Python") if field.binary else {}


_BOOLEAN = ("TRUE_VALUES", "FALSE_VALUES", "NULL_VALUES", "_lower_if_str")

_MIRRORS = [
    Mirror(fields.BooleanField, "boolean", no_options, _BOOLEAN),
    Mirror(fields.CharField, "text", no_options),
    Mirror(fields.UUIDField, "uuid", _uuid),
    Mirror(fields.IntegerField, "integer", _integer),
    Mirror(fields.FloatField, "float", no_options),
    Mirror(fields.DecimalField, "decimal", _decimal, ("quantize",)),
    Mirror(fields.DateTimeField, "datetime", _datetime, ("enforce_timezone", "default_timezone")),
    Mirror(fields.DateField, "date", _date),
    Mirror(fields.TimeField, "time", _time),
    Mirror(fields.DurationField, "duration", _duration),
    Mirror(fields.ChoiceField, "choice", _choice),
    Mirror(fields.JSONField, "as_is", _json),
    Mirror(fields.ReadOnlyField, "as_is", no_options),
    Mirror(fields._UnvalidatedField, "as_is", no_options),
    Mirror(relations.StringRelatedField, "text", no_options),
]
if hasattr(fields, "BigIntegerField"):  # DRF 3.17
    _MIRRORS.append(Mirror(fields.BigIntegerField, "integer", _big_integer))

#: Field classes whose ``to_representation`` is mirrored.
MIRRORED = tuple(mirror.stock for mirror in _MIRRORS)

_BY_METHOD = by_method(_MIRRORS, "to_representation")


def mirror_of(field: Any) -> tuple[str, Options] | Unsupported:
    """The kind and options of a plain field, or why it has none."""
    mirror = _BY_METHOD.get(type(field).to_representation)
    return Unsupported(unknown(field)) if mirror is None else mirror.of(field)


def unknown(field: Any) -> str:
    """Why a field without a mirror has none."""
    cls = type(field)
    if isinstance(field, fields.SerializerMethodField) and field.parent is not None:
        method = getattr(field.parent, field.method_name, None)
        return f"calls `{type(field.parent).__name__}.{field.method_name}`{location(method)}"
    if belongs_to(cls.to_representation, "rest_framework"):
        return f"`{cls.__name__}` is spelled by Python"
    return describe_override(field, "to_representation")
