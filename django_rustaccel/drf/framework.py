"""Names of Django and DRF that native code works with."""

from __future__ import annotations

import sys
import uuid
import warnings
from types import FunctionType
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models.manager import BaseManager
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateTimeField, SkipField, empty, get_error_detail
from rest_framework.relations import Hyperlink, PKOnlyObject
from rest_framework.serializers import as_serializer_error

from django_rustaccel.drf.describe_input import STOCK_ROWS
from django_rustaccel.drf.links import url_template

READING = {
    "missing": ObjectDoesNotExist,
    "skip": SkipField,
    "key_only": PKOnlyObject,
    "manager": BaseManager,
    "current_zone": DateTimeField(read_only=True).default_timezone,
    "hyperlink": Hyperlink,
    "url_template": url_template,
}


def conclude(serializer: Any, value: Any, run_validators: bool) -> Any:
    """What ``Serializer.run_validation`` does after ``to_internal_value``."""
    try:
        if run_validators:
            serializer.run_validators(value)
        value = serializer.validate(value)
        assert value is not None, ".validate() should return the validated data"
    except (ValidationError, DjangoValidationError) as error:
        raise ValidationError(detail=as_serializer_error(error)) from error
    return value


class _Validated:
    """A list whose rows have been validated: only what each of them gave is left to be said."""

    allow_empty = True
    max_length = min_length = None

    @staticmethod
    def run_child_validation(outcome: Any) -> Any:
        """Return or raise what validating the row gave."""
        if isinstance(outcome, ValidationError):
            raise outcome
        return outcome


class _WarningsOfCallers:
    """Stands for :mod:`warnings` in DRF's method, which counts frames to name its user's line."""

    @staticmethod
    def warn(message: Any, category: Any, stacklevel: int) -> None:
        """Warn in the name of the first caller outside this package and DRF's serializers."""
        level, frame = 2, sys._getframe(1)
        while frame.f_back is not None and frame.f_globals["__name__"].startswith(_WITHIN):
            level, frame = level + 1, frame.f_back
        warnings.warn(message, category, stacklevel=level)


_WITHIN = ("django_rustaccel.", "rest_framework.serializers")
_SCOPE = STOCK_ROWS.__globals__ | {"warnings": _WarningsOfCallers}
_stock_rows = FunctionType(STOCK_ROWS.__code__, _SCOPE)


def refuse_rows(outcomes: list[Any]) -> None:
    """Raise what the installed DRF makes of the errors of rows: a list, or a dict by index."""
    _stock_rows(_Validated(), outcomes)


WRITING = READING | {
    "invalid": ValidationError,
    "django_invalid": DjangoValidationError,
    "error_detail": get_error_detail,
    "empty": empty,
    "conclude": conclude,
    "refuse_rows": refuse_rows,
    "safety": uuid.SafeUUID.unknown,
}
