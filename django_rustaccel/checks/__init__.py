"""System checks: what ``manage.py check`` reports. Each id stands in ``docs/checks.md``."""

from __future__ import annotations

from django_rustaccel.checks import keys
from django_rustaccel.checks.messages import TAG

__all__ = ["TAG", "keys"]
