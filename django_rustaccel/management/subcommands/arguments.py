"""Types of arguments that several subcommands take; each refuses with a text for people."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any


def above_zero(kind: Callable[[str], Any]) -> Callable[[str], Any]:
    """A number of this kind that is above 0."""

    def number(text: str) -> Any:
        if not 0 < kind(text) < float("inf"):
            raise ArgumentTypeError(f"{text!r} is not above 0")
        return kind(text)

    return number


def header(text: str) -> tuple[str, str]:
    """``Name: value``."""
    name, colon, value = text.partition(":")
    if not (colon and name.strip()):
        raise ArgumentTypeError(f"{text!r} is no header: 'Name: value'")
    return name.strip(), value.strip()
