"""What may stand in ``OPTIONS`` of a ``RustCache``: names, defaults and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

MAX_BYTES = 256 * 1024 * 1024
#: Bytes that an entry takes besides its key and its value; see ``rust/src/caching/store.rs``.
OVERHEAD = 128
#: Seconds for which the local level may answer without asking the other one.
STALENESS = 10.0

#: What native code can count and time.
_MOST_BYTES = 1 << 62
_REDIS = ("redis://", "rediss://", "unix://")


def _is_number(value: Any, kinds: Any) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _must_be_count(value: Any) -> str:
    return "" if _is_number(value, int) and value >= 1 else "must be a whole number above 0"


def _must_be_size(value: Any) -> str:
    if problem := _must_be_count(value):
        return problem
    return "" if value <= _MOST_BYTES else "must be a number of bytes that a machine can have"


def _may_be_size(value: Any) -> str:
    return "" if value is None or not _must_be_size(value) else f"{_must_be_size(value)}, or None"


def _must_be_seconds(value: Any) -> str:
    is_time = _is_number(value, (int, float)) and 0 <= value < float("inf")
    return "" if is_time else "must be seconds, 0 or more"


def _must_be_positive(value: Any) -> str:
    return _must_be_seconds(value) or ("" if value > 0 else "must be seconds, more than 0")


def _must_be_alias(value: Any) -> str:
    return "" if isinstance(value, str) and value else "must be the alias of another cache"


def _must_be_source(value: Any) -> str:
    is_source = value in ("auto", None) or (isinstance(value, str) and value.startswith(_REDIS))
    return "" if is_source else 'must be "auto", None or a redis:// URL'


OPTIONS: dict[str, Callable[[Any], str]] = {
    "MAX_ENTRIES": _must_be_count,
    "CULL_FREQUENCY": lambda value: "",  # Django's; nothing reads it
    "MAX_BYTES": _must_be_size,
    "COMPRESS": _may_be_size,
    "STALE": _must_be_seconds,
    "L2": _must_be_alias,
    "STALENESS": _must_be_positive,
    "INVALIDATION": _must_be_source,
}

#: What has a meaning only with a second level.
_OF_L2 = ("STALENESS", "INVALIDATION")


def problems(options: Mapping[Any, Any]) -> Iterator[tuple[Any, str]]:
    """The name of each wrong option, and what is wrong with it."""
    for name, value in options.items():
        if name not in OPTIONS:
            yield name, f"is no option; {_suggestion(name)}"
        elif problem := OPTIONS[name](value):
            yield name, f"{problem}, not {value!r}"
    if "L2" not in options:
        yield from ((name, "needs L2") for name in _OF_L2 if name in options)
    elif options.get("STALE"):
        yield "STALE", "cannot be had with L2, which knows no values that are over"


def _suggestion(name: Any) -> str:
    close = get_close_matches(str(name).upper(), OPTIONS, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(OPTIONS)}"


def read(options: Mapping[str, Any], name: str, default: Any) -> Any:
    """The value of an option. Raises ``ValueError`` for one that it does not take."""
    value = options.get(name, default)
    if problem := OPTIONS[name](value):
        raise ValueError(f"{name} {problem}, not {value!r}.")
    return value
