"""Compress responses: zstd, brotli, gzip and deflate, by what the client prefers (RFC 9110)."""

from __future__ import annotations

import functools
import secrets
import sys
from collections.abc import Iterable, Mapping

from django_rustaccel.core import compression as native
from django_rustaccel.core.policies.facts import Policy, Request, Response
from django_rustaccel.core.policies.headers import add_vary, tokens

#: libdeflate's level 5 makes bodies as long as zlib's level 6, which Django uses.
LEVELS = {"zstd": 3, "br": 4, "gzip": 5, "deflate": 5}

CONTENT_TYPES = (
    "text/*",
    "*+json",
    "*+xml",
    "*+text",
    "application/json",
    "application/javascript",
    "application/ld+json",
    "application/wasm",
    "application/x-ndjson",
    "application/xml",
    "application/yaml",
    "font/otf",
    "font/ttf",
    "image/bmp",
    "image/x-icon",
)

#: Nothing, a part, or not to be touched: https://www.rfc-editor.org/rfc/rfc9110#section-15
UNTOUCHED_STATUSES = frozenset({204, 205, 206, 304})
#: Digests are those of the bytes that the application made.
UNTOUCHED_HEADERS = frozenset(
    {"content-encoding", "content-range", "content-digest", "digest", "content-md5"}
)


class CompressionPolicy(Policy):
    """Compresses what is worth it, and says so in the headers.

    Parameters: `codings` in the order of the server's preference; `levels` by coding, 1 to 19 for
    zstd, to 11 for brotli, to 12 for gzip and deflate; `minimum_size` in bytes of bodies
    that are not streamed; `content_types`, exact or with ``*`` at one end; `max_random_bytes` of
    padding against BREACH (https://www.breachattack.com), 0 for none; `fast_above`: with more than
    so many responses being compressed at once, further ones are at level 1.

    Raises ``ValueError`` for an unknown coding or level.
    """

    def __init__(
        self,
        codings: Iterable[str] = ("zstd", "br", "gzip", "deflate"),
        levels: Mapping[str, int] | None = None,
        minimum_size: int = 200,
        content_types: Iterable[str] | None = CONTENT_TYPES,
        max_random_bytes: int = 100,
        fast_above: int | None = None,
    ) -> None:
        self.codings = list(codings)
        self.levels = LEVELS | dict(levels or {})
        self.minimum_size = minimum_size
        self.max_random_bytes = max_random_bytes
        self.fast_above = sys.maxsize if fast_above is None else fast_above
        self._content_types = None if content_types is None else frozenset(content_types)
        self._is_worth_it = functools.lru_cache(256)(self._has_known_type)
        native.negotiate("", self.codings)
        for coding, level in self.levels.items():
            native.Compressor(coding, level, 0)

    def on_response(self, request: Request, response: Response) -> None:
        """Compress the response, unless there is a reason not to."""
        if not self._may_compress(response):
            return
        add_vary(response.headers, "Accept-Encoding")
        accepted = request.header("accept-encoding")
        coding = native.negotiate(accepted, self.codings) if accepted else None
        if coding is not None and request.method != "HEAD" and self._compress(response, coding):
            _say(response, coding)

    def _may_compress(self, response: Response) -> bool:
        status, headers = response.status, response.headers
        if status < 200 or status in UNTOUCHED_STATUSES or response.is_opaque:
            return False
        if not UNTOUCHED_HEADERS.isdisjoint(map(str.lower, headers)):
            return False
        if not self._is_worth_it(headers.get("Content-Type", "")):
            return False
        body = response.body
        if body is not None and len(body) < self.minimum_size:
            return False
        return "no-transform" not in tokens(headers.get("Cache-Control"))

    def _has_known_type(self, content_type: str) -> bool:
        if self._content_types is None:
            return True
        kind = content_type.partition(";")[0].strip().lower()
        main, _, sub = kind.partition("/")
        suffix = sub.rpartition("+")[2]
        return not self._content_types.isdisjoint({kind, f"{main}/*", f"*+{suffix}"})

    def _compress(self, response: Response, coding: str) -> bool:
        level, padding = self.levels[coding], self._padding()
        body = response.body
        if body is None:
            response.filter_chunks(native.Compressor(coding, level, padding))
            return True
        compressed = native.compress(coding, level, padding, body, self.fast_above)
        if compressed is None:
            return False
        response.replace_body(compressed)
        return True

    def _padding(self) -> int:
        """As many bytes as Django's ``GZipMiddleware`` adds."""
        return secrets.randbelow(self.max_random_bytes) if self.max_random_bytes else 0


def _say(response: Response, coding: str) -> None:
    headers = response.headers
    headers["Content-Encoding"] = coding
    # Ranges and strong ETags were about other bytes (RFC 9110, section 8.8.1).
    headers.pop("Accept-Ranges", None)
    etag = headers.get("ETag", "")
    if etag.startswith('"'):
        headers["ETag"] = f"W/{etag}"
