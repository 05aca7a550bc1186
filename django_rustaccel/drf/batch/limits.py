"""What a batch may have, and which headers a part of it may bring."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.http.request import HttpHeaders

#: Headers, and beginnings of their names (with a hyphen at the end), by which proxies say who and
#: where a client is. No proxy looks into a batch, so that a part could say anything.
FORBIDDEN_HEADERS = (
    "cf-", "client-", "cloudfront-", "connection", "content-length", "cookie", "fastly-", "fly-",
    "forwarded", "host", "keep-alive", "origin", "proxy-", "referer", "remote-", "sec-", "ssl-",
    "te", "trailer", "transfer-encoding", "true-client-", "upgrade", "via", "x-amz-", "x-amzn-",
    "x-appengine-", "x-auth-", "x-authenticated-", "x-azure-", "x-client-", "x-cluster-",
    "x-envoy-", "x-forwarded-", "x-goog-", "x-host", "x-http-method", "x-http-method-override",
    "x-method-override", "x-ms-",
    "x-original-", "x-proxy-", "x-real-", "x-remote-", "x-rewrite-", "x-scheme", "x-ssl-",
    "x-user", "x-user-", "x-username", "x-vercel-",
)  # fmt: skip

#: What a part may say otherwise than the batch, and beginnings of such names.
REPLACEABLE = frozenset(
    ("authorization", "idempotency-key", "prefer", "range", "user-agent", "x-csrftoken",
     "x-requested-with")
)  # fmt: skip
REPLACEABLE_PREFIXES = ("accept", "content-", "if-")

#: RFC 9110, 5.6.2, less the underscore, which WSGI cannot tell from a hyphen.
NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^`|~-]{1,256}")
#: RFC 9110, 5.5: no line ends, no other controls.
VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


class Limits(NamedTuple):
    """How much a batch may have; parameters as the attributes of ``BatchView``."""

    max_parts: int
    max_part_bytes: int
    max_depth: int
    forbidden_headers: tuple[str, ...]

    @property
    def forbidden_beginnings(self) -> tuple[str, ...]:
        """Those that end with a hyphen."""
        return tuple(name for name in self.forbidden_headers if name.endswith("-"))


def header_problem(name: str, is_removal: bool, inherited: Iterable[str], limits: Limits) -> str:
    """Why a part may not have a header; nothing if it may. `inherited` are the batch's, in small.

    Proxies overwrite what they vouch for, so that it is among the headers of the batch.
    """
    small = name.lower()
    if NAME.fullmatch(name) is None:
        return f"{name!r} is no name of a header"
    if small == "cookie" and is_removal:
        return ""
    if small in limits.forbidden_headers or small.startswith(limits.forbidden_beginnings):
        return f"{name} is not for a part to say"
    if small == _proxy_header():
        return f"{name} is for the proxy to say"
    if small in REPLACEABLE or small.startswith(REPLACEABLE_PREFIXES):
        return ""
    return f"{name} is what the batch says" if small in inherited else ""


def _proxy_header() -> str | None:
    """The header that says whether the connection is safe, in small letters."""
    header = settings.SECURE_PROXY_SSL_HEADER
    name = HttpHeaders.parse_header_name(header[0]) if header else None
    return name.lower() if name else None
