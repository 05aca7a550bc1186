"""Requests that a view sends to its own site: through all middleware, without a socket."""

from django_rustaccel.subrequests.answers import Answer
from django_rustaccel.subrequests.calls import (
    Call,
    Caller,
    OutsidePathError,
    caller_of,
    inherited,
    is_async,
)
from django_rustaccel.subrequests.sending import asend, send, share_caches

__all__ = [
    "Answer",
    "Call",
    "Caller",
    "OutsidePathError",
    "asend",
    "caller_of",
    "inherited",
    "is_async",
    "send",
    "share_caches",
]
