"""What ``explain()`` says of every serializer of the project."""

from __future__ import annotations

import logging

import django_rustaccel
from django_rustaccel.drf.explanation import Explanation
from django_rustaccel.drf.project import all_serializers

logger = logging.getLogger(__name__)


def explanations() -> list[Explanation]:
    """One for each serializer class, by name; a module that cannot be imported is logged."""
    return [django_rustaccel.explain(cls) for cls in all_serializers(_on_failure)]


def _on_failure(module: str, reason: str) -> None:
    logger.warning("%s cannot be imported, its serializers are left out: %s", module, reason)
