"""The policies as plain WSGI middleware, for Flask and every other application::

    app.wsgi_app = CompressionMiddleware(app.wsgi_app, codings=["zstd", "gzip"])

No Django setting is read. PEP 3333.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from itertools import chain
from typing import Any, ClassVar

from django_rustaccel.core.policies import facts
from django_rustaccel.core.policies.compression import CompressionPolicy
from django_rustaccel.core.policies.facts import Answer, Policy
from django_rustaccel.core.policies.headers import PairHeaders
from django_rustaccel.core.policies.rate_limit import RateLimitPolicy
from django_rustaccel.core.policies.timing import TimingPolicy
from django_rustaccel.webhooks import webhook_policy

__all__ = [
    "CompressionMiddleware",
    "PolicyMiddleware",
    "RateLimitMiddleware",
    "TimingMiddleware",
    "WebhookSignatureMiddleware",
]

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class Request(facts.Request):
    """The facts of a WSGI environment."""

    __slots__ = ()

    native: Environ

    @property
    def method(self) -> str:
        return str(self.native["REQUEST_METHOD"])

    @property
    def path(self) -> str:
        raw: str = self.native.get("PATH_INFO", "")
        return raw.encode("latin-1").decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        key = name.upper().replace("-", "_")
        prefix = "" if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_"
        value: str | None = self.native.get(prefix + key)
        return value

    @property
    def peer(self) -> str | None:
        return self.native.get("REMOTE_ADDR") or None

    @property
    def route(self) -> str | None:
        # Werkzeug leaves its request in the environment, and Flask its rule in the request.
        rule = getattr(self.native.get("werkzeug.request"), "url_rule", None)
        return None if rule is None else str(rule.rule)

    @property
    def user_id(self) -> Any:
        return self.native.get("REMOTE_USER") or None


class Response(facts.Response):
    """The facts of a response whose start was held back until its first chunk came."""

    __slots__ = ("_body", "_headers", "_status", "chunks", "is_opaque")

    def __init__(
        self, status: str, pairs: list[tuple[str, str]], body: bytes | None, *, is_opaque: bool
    ) -> None:
        self._status = status
        self._headers = PairHeaders(pairs)
        self._body = body
        self.is_opaque = is_opaque
        self.chunks: facts.ChunkFilter | None = None

    @property
    def status(self) -> int:
        return int(self._status.partition(" ")[0])

    @property
    def headers(self) -> PairHeaders:
        return self._headers

    @property
    def body(self) -> bytes | None:
        return self._body

    def replace_body(self, body: bytes) -> None:
        self._body = body
        self._headers["Content-Length"] = str(len(body))

    def filter_chunks(self, chunks: facts.ChunkFilter) -> None:
        self.chunks = chunks
        self._headers.pop("Content-Length", None)


class PolicyMiddleware:
    """Asks a policy about each request and response of `app`.

    Parameters: the application, and the policy's own options.
    """

    policy_class: ClassVar[Callable[..., Policy]]

    def __init__(self, app: Application, /, **options: Any) -> None:
        self.app = app
        self.policy = self.policy_class(**options)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        policy, request = self.policy, Request(environ)
        answer = policy.on_request(request)
        if answer is None and (limit := policy.body_limit(request)) is not None:
            answer = policy.on_body(request, _read_body(environ, limit))
        if answer is not None:
            return _answered(answer, start_response)
        call = Call(policy, request, start_response)
        try:
            return call.begin(self.app(environ, call.hold_start))
        except BaseException:
            policy.on_failure(request)
            raise


class Call:
    """One call of the application: its start, held back, and its body, looked at."""

    __slots__ = ("_policy", "_request", "_start", "_start_response", "_written")

    def __init__(self, policy: Policy, request: Request, start_response: StartResponse) -> None:
        self._policy = policy
        self._request = request
        self._start_response = start_response
        self._start: tuple[str, list[tuple[str, str]], Any] | None = None
        self._written: list[bytes] = []

    def hold_start(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
    ) -> Callable[[bytes], object]:
        """``start_response`` for the application; a later call replaces an earlier one."""
        if self._start is not None and exc_info is None:
            raise AssertionError("start_response was called twice without exc_info.")
        self._start = (status, list(headers), exc_info)
        return self._written.append

    def begin(self, content: Iterable[bytes]) -> Iterable[bytes]:
        """Start the response as the policy wants it, and return its body."""
        if self._start and type(content) is self._request.native.get("wsgi.file_wrapper"):
            self._respond(None, is_opaque=True)
            return content
        try:
            return Body(content, self._chunks(content))
        except BaseException:
            _close(content)
            raise

    def _chunks(self, content: Iterable[bytes]) -> Iterator[bytes]:
        rest = self._raw(content)
        ahead, is_whole = self._look(rest, in_memory=isinstance(content, (list, tuple)))
        response = self._respond(b"".join(ahead) if is_whole else None)
        if response.body is not None:
            return chain([response.body], rest)
        chunks = chain(ahead, rest)
        return chunks if response.chunks is None else _filtered(chunks, response.chunks)

    def _raw(self, content: Iterable[bytes]) -> Iterator[bytes]:
        """The body with what was passed to the ``write`` of PEP 3333 in its place."""
        for chunk in content:
            yield from self._take_written()
            yield chunk
        yield from self._take_written()

    def _take_written(self) -> list[bytes]:
        taken = self._written[:]
        self._written.clear()
        return taken

    def _look(self, rest: Iterator[bytes], *, in_memory: bool) -> tuple[list[bytes], bool]:
        """The first chunks, and whether they are the whole body."""
        ahead: list[bytes] = []
        for chunk in rest:
            ahead.append(chunk)
            if chunk and self._start is not None and not in_memory:
                return ahead, self._is_promised(sum(map(len, ahead)))
        return ahead, True

    def _is_promised(self, length: int) -> bool:
        """Whether the application has promised a body of this length."""
        assert self._start is not None
        return PairHeaders(self._start[1]).get("Content-Length") == str(length)

    def _respond(self, body: bytes | None, *, is_opaque: bool = False) -> Response:
        if self._start is None:
            raise AssertionError("The application did not call start_response.")
        status, pairs, exc_info = self._start
        response = Response(status, pairs, body, is_opaque=is_opaque)
        self._policy.on_response(self._request, response)
        self._start_response(status, pairs, *([exc_info] if exc_info else []))
        return response


class Body:
    """What the server iterates over, and closes."""

    __slots__ = ("_chunks", "_content")

    def __init__(self, content: Iterable[bytes], chunks: Iterator[bytes]) -> None:
        self._content = content
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close what the application returned."""
        _close(self._content)


def _close(content: Any) -> None:
    close = getattr(content, "close", None)
    if close is not None:
        close()


def _filtered(content: Iterable[bytes], chunks: facts.ChunkFilter) -> Iterator[bytes]:
    for chunk in content:
        if changed := chunks.feed(chunk):
            yield changed
    if last := chunks.finish():
        yield last


def _answered(answer: Answer, start_response: StartResponse) -> list[bytes]:
    reason = HTTPStatus(answer.status).phrase
    length = ("Content-Length", str(len(answer.body)))
    start_response(f"{answer.status} {reason}", [*answer.headers, length])
    return [answer.body]


def _read_body(environ: Environ, limit: int) -> bytes | None:
    """The body, which the application can read again; ``None`` for one over the limit."""
    size = _body_size(environ, limit)
    if size is None or size > limit + 1:
        return None
    body: bytes = environ["wsgi.input"].read(size)
    environ["wsgi.input"] = io.BytesIO(body)
    return body if len(body) <= limit else None


def _body_size(environ: Environ, limit: int) -> int | None:
    """How many bytes to read; ``None`` for a length that is no number."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else None
    # A chunked body ends where the server says so, if it does; else there is none.
    return limit + 1 if environ.get("wsgi.input_terminated") else 0


class CompressionMiddleware(PolicyMiddleware):
    """Compresses responses; the options are those of ``CompressionPolicy``."""

    policy_class = CompressionPolicy


class RateLimitMiddleware(PolicyMiddleware):
    """Limits requests; the options are those of ``RateLimitPolicy``.

    Raises ``ValueError`` for a key ``path:NAME``: nobody has matched the path yet.
    """

    policy_class = RateLimitPolicy
    policy: RateLimitPolicy

    def __init__(self, app: Application, /, **options: Any) -> None:
        super().__init__(app, **options)
        if any(rule.key.needs_route for rule in self.policy.rules):
            raise ValueError("path:NAME is no key here: WSGI middleware knows no path parameters")


class TimingMiddleware(PolicyMiddleware):
    """Measures requests; the options are those of ``TimingPolicy``."""

    policy_class = TimingPolicy


class WebhookSignatureMiddleware(PolicyMiddleware):
    """Lets only signed requests through to some paths; options are those of ``webhook_policy``."""

    policy_class = staticmethod(webhook_policy)
