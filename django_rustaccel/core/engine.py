"""The compiled submodule as the rest of the package sees it."""

from __future__ import annotations

from django_rustaccel._rust import Reader, Rows, Shape

__all__ = ["Reader", "Rows", "Shape"]
