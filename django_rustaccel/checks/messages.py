"""How system checks of this package speak."""

from __future__ import annotations

from django.core import checks
from django.core.checks import CheckMessage

TAG = "rustaccel"


def error(number: int, message: str, hint: str | None = None) -> CheckMessage:
    """``rustaccel.E…``: something does not work, or not as asked."""
    return checks.Error(message, hint=hint, id=f"{TAG}.E{number:03}")


def warning(number: int, message: str, hint: str | None = None) -> CheckMessage:
    """``rustaccel.W…``: something works, and most likely not as meant."""
    return checks.Warning(message, hint=hint, id=f"{TAG}.W{number:03}")
