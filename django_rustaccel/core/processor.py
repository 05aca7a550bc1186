"""What native code finds of the processor and the memory it runs on."""

from __future__ import annotations

from typing import NamedTuple

from django_rustaccel._rust import processor as _processor

__all__ = ["Processor", "memory", "processor"]


class Processor(NamedTuple):
    """Instructions that native code makes use of, by their names in Rust."""

    #: Whether the processor has each of them; empty for families without any.
    features: dict[str, bool]
    #: Those that each part takes; ``"portable"`` for none.
    chosen: dict[str, str]


def processor() -> Processor:
    """Which instructions there are, found at run time as native code finds them."""
    features, chosen, _ = _processor()
    return Processor(features, chosen)


def memory() -> int | None:
    """Bytes of memory of this machine or its container; ``None`` where the system does not tell."""
    return _processor()[2]
