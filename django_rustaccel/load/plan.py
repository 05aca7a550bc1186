"""What is asked of which server, and how hard."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import SplitResult, quote, urlsplit

from django_rustaccel.core.addresses import is_loopback

#: Where a path without a server leads.
BASE = "http://127.0.0.1:8000"

#: What RFC 9110 lets a method and the name of a header consist of.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Target:
    """One request, to be sent again and again. Raises ``ValueError`` for what cannot be sent."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def __post_init__(self) -> None:
        parts = _split(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"{self.url!r} is no URL: http://127.0.0.1:8000/path/")
        if parts.username is not None:
            raise ValueError(f"{self.url!r} has a user: say --header 'Authorization: …'.")
        if not TOKEN.fullmatch(self.method):
            raise ValueError(f"{self.method!r} is no method.")
        for name, value in self.headers.items():
            _check_header(name, value)

    @property
    def is_secure(self) -> bool:
        """Whether the connection is encrypted."""
        return urlsplit(self.url).scheme == "https"

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or (443 if self.is_secure else 80)

    @cached_property
    def path(self) -> str:
        """The path and the query, as they are sent: what is not ASCII is in percent signs."""
        parts = urlsplit(self.url)
        query = f"?{parts.query}" if parts.query else ""
        return quote(f"{parts.path or '/'}{query}", safe="!#$%&'()*+,/:;=?@[]~")


def _split(url: str) -> SplitResult:
    """The parts of a URL, with a port that is one. Raises ``ValueError``."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ValueError(f"{url!r} is no URL: {error}.") from None
    return parts


def _check_header(name: str, value: str) -> None:
    if not TOKEN.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a header.")
    try:
        is_plain = value.encode("latin-1").decode("latin-1").isprintable() or not value
    except UnicodeEncodeError:
        is_plain = False
    if not is_plain:
        raise ValueError(f"The header {name} has characters that cannot be sent: {value!r}.")


@dataclass(frozen=True)
class Load:
    """Send the targets in turn from `concurrency` clients.

    `seconds` and `requests` say for how long, whichever is over first; one of them may be ``None``.
    `timeout` is how many seconds a connection, or a pause in an answer, may take. `accepts` says
    which status codes are no errors.
    """

    targets: Sequence[Target]
    concurrency: int = 10
    seconds: float | None = 10.0
    requests: int | None = None
    timeout: float = 10.0
    accepts: Callable[[int], bool] = lambda status: 200 <= status < 300

    def part(self, turns: int) -> Load:
        """One of so many turns that are this load together."""
        seconds = None if self.seconds is None else self.seconds / turns
        requests = None if self.requests is None else -(-self.requests // turns)
        return replace(self, seconds=seconds, requests=requests)


def absolute(url: str, base: str = BASE) -> str:
    """The URL, or the path at the base."""
    return base.rstrip("/") + url if url.startswith("/") else url


def strangers(targets: Sequence[Target], allowed: Sequence[str]) -> list[str]:
    """Hosts that are neither this machine nor allowed by name."""
    names = {name.lower().strip("[]") for name in allowed}
    hosts = dict.fromkeys(target.address[0] for target in targets)
    return [host for host in hosts if not (is_loopback(host) or host in names)]
