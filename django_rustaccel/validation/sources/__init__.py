"""What a :class:`~django_rustaccel.validation.Validator` can be made of, one module each."""

from __future__ import annotations

import sys
from typing import Any

from django_rustaccel.validation.sources.base import Source

__all__ = ["Source", "source_of"]


def source_of(described_by: Any, fields: Any, options: dict[str, Any]) -> Source:
    """The source that a class describes; raises ``TypeError`` for anything else.

    A serializer class can only be given where DRF has been imported: it is looked for among the
    modules that are there.
    """
    from django.db.models import Model
    from django.forms import BaseForm

    cls = described_by if isinstance(described_by, type) else object
    if issubclass(cls, Model):
        from django_rustaccel.validation.sources.models import ModelSource

        return ModelSource(cls, fields, **options)
    if fields is not None:
        raise TypeError("Only a model takes a list of fields.")
    if issubclass(cls, BaseForm):
        from django_rustaccel.validation.sources.forms import FormSource

        return FormSource(cls, options)
    serializers = sys.modules.get("rest_framework.serializers")
    if serializers is not None and issubclass(cls, serializers.BaseSerializer):
        from django_rustaccel.validation.sources.serializers import SerializerSource

        return SerializerSource(cls, options)
    raise TypeError(f"{described_by!r} is no class of a serializer, form or model.")
