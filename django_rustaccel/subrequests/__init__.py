"""Requests that a view sends to its own site: through all middleware, without a socket."""

from django_rustaccel.subrequests.answers import Answer
from django_rustaccel.subrequests.calls import Call, OutsidePathError, inherited, request_for
from django_rustaccel.subrequests.sending import asend, is_async, send

__all__ = [
    "Answer",
    "Call",
    "OutsidePathError",
    "asend",
    "inherited",
    "is_async",
    "request_for",
    "send",
]
