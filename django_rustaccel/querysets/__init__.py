"""Querysets as JSON, NDJSON and CSV without model instances; the rows tier of serializers.

The names below need Django's settings only when they are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_rustaccel.querysets.export import (
        stream_csv,
        stream_json,
        stream_ndjson,
        to_csv,
        to_json,
    )
    from django_rustaccel.querysets.responses import JSONResponse, StreamingJSONResponse

__all__ = [
    "JSONResponse",
    "StreamingJSONResponse",
    "stream_csv",
    "stream_json",
    "stream_ndjson",
    "to_csv",
    "to_json",
]

_RESPONSES = ("JSONResponse", "StreamingJSONResponse")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from django_rustaccel.querysets import export, responses

    return getattr(responses if name in _RESPONSES else export, name)
