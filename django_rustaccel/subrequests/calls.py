"""Requests made after the model of another: the same client, the same connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes

from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest
from django.http.request import HttpHeaders

#: Headers that speak of one message and not of the client: other messages do not inherit them.
OWN = frozenset(
    ("accept", "accept-encoding", "connection", "expect", "idempotency-key", "keep-alive", "range",
     "te", "trailer", "transfer-encoding", "upgrade", "x-http-method-override")
)  # fmt: skip
OWN_PREFIXES = ("content-", "if-")

#: What Django, its middleware and servers keep in a WSGI environment about one request.
OWN_KEYS = ("CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE", "SCRIPT_URL", "REDIRECT_URL")
TARGET_KEYS = ("REQUEST_URI", "RAW_URI")

#: All of ASCII: it is left as a client wrote it.
WRITTEN = "".join(map(chr, range(128)))

#: What test clients leave on a request: whether CSRF tokens are checked, and who calls.
CARRIED = ("_dont_enforce_csrf_checks", "_force_auth_user", "_force_auth_token")


class OutsidePathError(ValueError):
    """A path does not lead into the application."""


class Call(NamedTuple):
    """What is asked for.

    ``target`` is a path with its query as a client sends it, or with characters beyond ASCII.
    ``headers`` are added to the inherited ones and replace those of the same name; ``None`` takes
    one away. No ``body`` is not an empty one.
    """

    method: str
    target: str
    headers: Mapping[str, str | None]
    body: bytes | None = None


def is_async(request: HttpRequest) -> bool:
    """Whether a request came by ASGI, and so through middleware that is awaited."""
    return hasattr(request, "scope")


def inherits(name: str) -> bool:
    """Whether a request of the same client has this header too; `name` is in small letters."""
    return name not in OWN and not name.startswith(OWN_PREFIXES)


def inherited(request: HttpRequest) -> dict[str, str]:
    """The headers of a request that others of its client have too, by their small names."""
    names = ((name.lower(), value) for name, value in request.headers.items())
    return {name: value for name, value in names if inherits(name)}


class Caller:
    """The client of a request, with more to ask: what all of its requests have in common."""

    kind: type[HttpRequest]

    def __init__(self, outer: HttpRequest) -> None:
        self._carried = {name: getattr(outer, name) for name in CARRIED if hasattr(outer, name)}
        self._script = outer.META.get("SCRIPT_NAME", "")
        self._kind: Any = type(outer) if isinstance(outer, self.kind) else self.kind

    def request(self, call: Call) -> HttpRequest:
        """A request for `call`. Raises :class:`OutsidePathError`."""
        target = call.target if call.target.isascii() else quote(call.target, safe=WRITTEN)
        path, _, query = target.partition("?")
        if self._script and not unquote(path).startswith(f"{self._script.rstrip('/')}/"):
            raise OutsidePathError(f"the path is not below {self._script.rstrip('/')}/")
        request = self._made(call, path, query)
        vars(request).update(self._carried)
        return request

    def _made(self, call: Call, path: str, query: str) -> HttpRequest:
        raise NotImplementedError


class WSGICaller(Caller):
    """The client of a ``WSGIRequest``."""

    kind = WSGIRequest

    def __init__(self, outer: Any) -> None:
        super().__init__(outer)
        self._environ = {key: value for key, value in outer.environ.items() if _stays(key)}
        self._environ["SCRIPT_NAME"] = self._script.encode().decode("latin-1")
        self._mounted = len(self._script.rstrip("/").encode())
        self._target_keys = [key for key in TARGET_KEYS if key in self._environ]

    def _made(self, call: Call, path: str, query: str) -> HttpRequest:
        environ = self._environ.copy()
        for key in self._target_keys:
            environ[key] = call.target
        for name, value in _headers(call):
            environ[_key(name)] = value
            if value is None:
                del environ[_key(name)]
        environ["REQUEST_METHOD"] = call.method
        environ["PATH_INFO"] = unquote_to_bytes(path)[self._mounted :].decode("latin-1")
        environ["QUERY_STRING"] = query
        environ["wsgi.input"] = BytesIO(call.body or b"")
        request: HttpRequest = self._kind(environ)
        return request


class ASGICaller(Caller):
    """The client of an ``ASGIRequest``."""

    kind = ASGIRequest

    def __init__(self, outer: Any) -> None:
        super().__init__(outer)
        self._scope = outer.scope
        named = ((name.decode("latin-1").lower(), value) for name, value in outer.scope["headers"])
        self._headers = [(name, value) for name, value in named if inherits(name)]

    def _made(self, call: Call, path: str, query: str) -> HttpRequest:
        own = dict(_headers(call))
        headers = [(name.encode(), value) for name, value in self._headers if name not in own]
        headers += [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in own.items()
            if value is not None
        ]
        scope = {
            **self._scope,
            "method": call.method,
            "path": unquote(path),
            "raw_path": path.encode("ascii"),
            "query_string": query.encode("ascii"),
            "headers": headers,
        }
        request: HttpRequest = self._kind(scope, BytesIO(call.body or b""))
        return request


def caller_of(outer: HttpRequest) -> Caller:
    """Who sent a request."""
    return ASGICaller(outer) if is_async(outer) else WSGICaller(outer)


def _stays(key: str) -> bool:
    name = HttpHeaders.parse_header_name(key)
    return key not in OWN_KEYS if name is None else inherits(name.lower())


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in HttpHeaders.UNPREFIXED_HEADERS else f"HTTP_{key}"


def _headers(call: Call) -> Iterator[tuple[str, str | None]]:
    """The headers of a call by their small names, and what its body says of itself."""
    for name, value in call.headers.items():
        yield name.lower(), value
    if call.body is not None:
        yield "content-length", str(len(call.body))
