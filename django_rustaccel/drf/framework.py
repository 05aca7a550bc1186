"""Names of Django and DRF that native code works with."""

from __future__ import annotations

import sys
import uuid
import warnings
from types import FrameType, ModuleType
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models.manager import BaseManager
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.fields import DateTimeField, SkipField, empty, get_error_detail
from rest_framework.relations import Hyperlink, PKOnlyObject

from django_rustaccel.drf.describe_input import STOCK_ROWS
from django_rustaccel.drf.files import FILE_CLASSES, file_field, url_prefix
from django_rustaccel.drf.links import url_template

READING = {
    "missing": ObjectDoesNotExist,
    "skip": SkipField,
    "key_only": PKOnlyObject,
    "manager": BaseManager,
    "current_zone": DateTimeField(read_only=True).default_timezone,
    "hyperlink": Hyperlink,
    "url_template": url_template,
    "file_classes": FILE_CLASSES,
    "file_field": file_field,
    "url_prefix": url_prefix,
}


def conclude(serializer: Any, value: Any, run_validators: bool) -> Any:
    """What ``Serializer.run_validation`` does after ``to_internal_value``."""
    try:
        if run_validators:
            serializer.run_validators(value)
        value = serializer.validate(value)
        assert value is not None, ".validate() should return the validated data"
    except (ValidationError, DjangoValidationError) as error:
        raise ValidationError(detail=serializers.as_serializer_error(error)) from error
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


def refuse_rows(outcomes: list[Any]) -> None:
    """Raise what the installed DRF makes of the errors of rows: a list, or a dict by index."""
    validated: Any = _Validated()
    STOCK_ROWS(validated, outcomes)


class _Warnings:
    """:mod:`warnings` as DRF's serializers see it: frames of this package do not count.

    DRF counts frames from its method to the line of its user that a warning is about.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(warnings, name)

    @staticmethod
    def warn(message: Any, category: Any = None, stacklevel: int = 1, **options: Any) -> None:
        """Warn in the name of the frame that is ``stacklevel`` frames up from the caller."""
        level, frame = 2, sys._getframe(1)
        while frame.f_back is not None and (stacklevel > 1 or _is_own(frame)):
            stacklevel -= not _is_own(frame)
            level, frame = level + 1, frame.f_back
        warnings.warn(message, category, stacklevel=level, **options)


def _is_own(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("django_rustaccel.")


def count_frames_of_users() -> None:
    """Let warnings of DRF's serializers name the lines that they name without this package."""
    if isinstance(getattr(serializers, "warnings", None), ModuleType):
        serializers.warnings = _Warnings()  # type: ignore[attr-defined]


WRITING = READING | {
    "invalid": ValidationError,
    "django_invalid": DjangoValidationError,
    "error_detail": get_error_detail,
    "empty": empty,
    "conclude": conclude,
    "refuse_rows": refuse_rows,
    "safety": uuid.SafeUUID.unknown,
}
