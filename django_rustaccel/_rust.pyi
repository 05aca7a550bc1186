"""Types of the compiled module. `stubtest` holds them against the real one in lint."""

from typing import Any

def dumps(
    value: object,
    ensure_ascii: bool,
    compact: bool,
    indent: int | None,
    allow_nan: bool,
    encoder: type,
    spells: bool,
) -> bytes | None: ...
def loads(text: bytes, otherwise: object) -> Any: ...
