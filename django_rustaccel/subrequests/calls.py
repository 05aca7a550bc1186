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

#: What test clients leave on a request: whether CSRF tokens are checked, and who calls.
CARRIED = ("_dont_enforce_csrf_checks", "_force_auth_user", "_force_auth_token")


class OutsidePathError(ValueError):
    """A path does not lead into the application."""


class Call(NamedTuple):
    """What is asked for.

    ``target`` is a path with its query as a client sends it. ``headers`` are added to the
    inherited ones and replace those of the same name; ``None`` takes one away. No ``body`` is not
    an empty one.
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


def request_for(outer: HttpRequest, call: Call) -> HttpRequest:
    """A request for `call` by the client of `outer`. Raises :class:`OutsidePathError`."""
    make = _asgi_request if is_async(outer) else _wsgi_request
    request = make(outer, call)
    for name in CARRIED:
        if hasattr(outer, name):
            setattr(request, name, getattr(outer, name))
    return request


def _wsgi_request(outer: Any, call: Call) -> HttpRequest:
    path, query = _split(call.target)
    environ = {key: value for key, value in outer.environ.items() if _stays(key)}
    for key in TARGET_KEYS:
        if key in environ:
            environ[key] = call.target
    for name, value in _headers(call):
        if value is None:
            environ.pop(_key(name), None)
        else:
            environ[_key(name)] = value
    script = outer.META.get("SCRIPT_NAME", "")
    environ["REQUEST_METHOD"] = call.method
    environ["SCRIPT_NAME"] = script.encode().decode("latin-1")
    environ["PATH_INFO"] = _below(script.encode(), unquote_to_bytes(path)).decode("latin-1")
    environ["QUERY_STRING"] = query
    environ["wsgi.input"] = BytesIO(call.body or b"")
    kind: Any = type(outer) if isinstance(outer, WSGIRequest) else WSGIRequest
    request: HttpRequest = kind(environ)
    return request


def _stays(key: str) -> bool:
    name = HttpHeaders.parse_header_name(key)
    return key not in OWN_KEYS if name is None else inherits(name.lower())


def _key(name: str) -> str:
    key = name.upper().replace("-", "_")
    return key if key in HttpHeaders.UNPREFIXED_HEADERS else f"HTTP_{key}"


def _asgi_request(outer: Any, call: Call) -> HttpRequest:
    path, query = _split(call.target)
    own = dict(_headers(call))
    headers = [
        (name, value)
        for name, value in outer.scope["headers"]
        if (known := name.decode("latin-1").lower()) not in own and inherits(known)
    ]
    headers += [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in own.items()
        if value is not None
    ]
    _below(outer.META.get("SCRIPT_NAME", "").encode(), unquote_to_bytes(path))
    scope = {
        **outer.scope,
        "method": call.method,
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "headers": headers,
    }
    kind: Any = type(outer) if isinstance(outer, ASGIRequest) else ASGIRequest
    request: HttpRequest = kind(scope, BytesIO(call.body or b""))
    return request


def _headers(call: Call) -> Iterator[tuple[str, str | None]]:
    """The headers of a call by their small names, and what its body says of itself."""
    for name, value in call.headers.items():
        yield name.lower(), value
    if call.body is not None:
        yield "content-length", str(len(call.body))


def _split(target: str) -> tuple[str, str]:
    """Path and query, with the characters that do not belong into a URL escaped."""
    path, _, query = quote(target, safe="/%:@!$&'()*+,;=~?[]{}|^`\"<>\\-._").partition("?")
    return path, query


def _below(script: bytes, path: bytes) -> bytes:
    """The path as the application sees it, which is mounted at `script`."""
    mount = script.rstrip(b"/")
    if not path.startswith(mount + b"/"):
        raise OutsidePathError(f"the path is not below {script.decode()}/")
    return path[len(mount) :]
