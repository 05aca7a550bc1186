"""Validation outside of views: lists of instances, and JSON by serializers, forms or models."""

from __future__ import annotations

from django_rustaccel.validation.full_clean import full_clean_many
from django_rustaccel.validation.validator import Row, Validator

__all__ = ["Row", "Validator", "full_clean_many"]
