"""The compiled submodule as the rest of the package sees it."""

from __future__ import annotations

from django_rustaccel._rust import (
    Acceptor,
    Ahead,
    Checker,
    Guard,
    Reader,
    Recording,
    Rows,
    Shape,
)

__all__ = ["Acceptor", "Ahead", "Checker", "Guard", "Reader", "Recording", "Rows", "Shape"]
