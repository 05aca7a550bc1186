"""JSON text and Python values, natively where that is certain to be what :mod:`json` does."""

from __future__ import annotations

from django_rustaccel._rust import (
    Form,
    Json,
    dump_lines,
    dump_objects,
    dumps,
    is_deeper,
    loads,
)

__all__ = [
    "Form",
    "Json",
    "dump_lines",
    "dump_objects",
    "dumps",
    "is_deeper",
    "loads",
]
