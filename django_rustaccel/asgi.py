"""The policies as plain ASGI 3 middleware, for FastAPI, Starlette and every other application::

    app.add_middleware(CompressionMiddleware, codings=["zstd", "gzip"])
    app = TimingMiddleware(app)

No Django setting is read. https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
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

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Request(facts.Request):
    """The facts of a scope of type ``http``."""

    __slots__ = ()

    native: Scope

    @property
    def method(self) -> str:
        return str(self.native["method"])

    @property
    def path(self) -> str:
        # The specification puts `root_path` into `path`; not every server does.
        path, root = str(self.native["path"]), str(self.native.get("root_path", ""))
        return path[len(root) :] if f"{path}/".startswith(f"{root}/") else path

    def header(self, name: str) -> str | None:
        wanted = name.encode("latin-1")
        found = [value for key, value in self.native["headers"] if key.lower() == wanted]
        return b", ".join(found).decode("latin-1") if found else None

    @property
    def peer(self) -> str | None:
        client = self.native.get("client")
        return client[0] or None if client else None

    @property
    def route(self) -> str | None:
        # FastAPI and Starlette leave the route they chose in the scope.
        path: str | None = getattr(self.native.get("route"), "path", None)
        return path

    @property
    def parameters(self) -> Mapping[str, Any]:
        if "path_params" not in self.native:
            raise RuntimeError("path:NAME needs the middleware of a route: no path is matched yet")
        parameters: Mapping[str, Any] = self.native["path_params"]
        return parameters

    @property
    def user_id(self) -> Any:
        user = self.native.get("user")
        if user is None or not getattr(user, "is_authenticated", False):
            return None
        return getattr(user, "pk", None) or getattr(user, "identity", None) or str(user)


class Response(facts.Response):
    """The facts of a response whose start was held back until its first chunk came."""

    __slots__ = ("_body", "_headers", "chunks", "is_opaque", "start")

    def __init__(self, start: Message, body: bytes | None, *, is_opaque: bool = False) -> None:
        self.start = start
        self.is_opaque = is_opaque
        self.chunks: facts.ChunkFilter | None = None
        self._body = body
        self._headers: PairHeaders | None = None

    @property
    def status(self) -> int:
        return int(self.start["status"])

    @property
    def headers(self) -> PairHeaders:
        if self._headers is None:
            pairs = self.start.get("headers", ())
            decoded = [(key.decode("latin-1"), value.decode("latin-1")) for key, value in pairs]
            self._headers = PairHeaders(decoded)
        return self._headers

    @property
    def body(self) -> bytes | None:
        return self._body

    def replace_body(self, body: bytes) -> None:
        self._body = body
        self.headers["Content-Length"] = str(len(body))

    def filter_chunks(self, chunks: facts.ChunkFilter) -> None:
        self.chunks = chunks
        self.headers.pop("Content-Length", None)

    def message(self) -> Message:
        """``http.response.start`` with the headers as they are now."""
        if self._headers is None:
            return self.start
        return {**self.start, "headers": encoded(self._headers.pairs)}


def encoded(pairs: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Headers as ASGI sends them: names in small letters."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs]


class PolicyMiddleware:
    """Asks a policy about each HTTP request and response of `app`.

    Parameters: the application, and the policy's own options.
    """

    policy_class: ClassVar[Callable[..., Policy]]

    def __init__(self, app: Application, /, **options: Any) -> None:
        self.app = app
        self.policy = self.policy_class(**options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; those that are not HTTP pass untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        policy, request = self.policy, Request(scope)
        answer = await policy.aon_request(request)
        if answer is None and (limit := policy.body_limit(request)) is not None:
            body, receive = await _received(receive, limit)
            answer = await policy.aon_body(request, body)
        if answer is not None:
            await _send_answer(send, answer)
            return
        try:
            await self.app(scope, receive, Sender(policy, request, send))
        except BaseException:
            policy.on_failure(request)
            raise


class Sender:
    """``send`` for the application: shows the policy the response as soon as it is known.

    The start waits for the message after it, which tells whether that is the whole body.
    """

    __slots__ = ("_policy", "_request", "_response", "_send", "_start")

    def __init__(self, policy: Policy, request: Request, send: Send) -> None:
        self._policy = policy
        self._request = request
        self._send = send
        self._start: Message | None = None
        self._response: Response | None = None

    async def __call__(self, message: Message) -> None:
        """Pass one message of the application on, or hold it back, or change it."""
        kind = message["type"]
        if kind == "http.response.start":
            self._start = message
        elif kind == "http.response.body":
            await self._on_chunk(message)
        else:
            if self._start is not None and kind in OPAQUE:
                await self._begin(None, is_opaque=True)
            await self._send(message)

    async def _on_chunk(self, message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self._start is not None:
            whole = None if more else bytes(body)
            response = await self._begin(whole)
            if whole is not None and response.body is not whole:
                message = {**message, "body": response.body}
        response_filter = self._response and self._response.chunks
        if response_filter:
            message = {**message, "body": _passed(response_filter, body, more)}
        await self._send(message)

    async def _begin(self, body: bytes | None, *, is_opaque: bool = False) -> Response:
        assert self._start is not None
        response = self._response = Response(self._start, body, is_opaque=is_opaque)
        self._start = None
        self._policy.on_response(self._request, response)
        await self._send(response.message())
        return response


#: Messages that carry a body past everybody: the server reads the file itself.
OPAQUE = frozenset({"http.response.pathsend", "http.response.zerocopysend"})


def _passed(chunks: facts.ChunkFilter, body: bytes, more: bool) -> bytes:
    changed = chunks.feed(body) if body else b""
    return changed if more else changed + chunks.finish()


async def _send_answer(send: Send, answer: Answer) -> None:
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    start = {"type": "http.response.start", "status": answer.status, "headers": encoded(headers)}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})


async def _received(receive: Receive, limit: int) -> tuple[bytes | None, Receive]:
    """The whole body, or ``None`` for one over the limit, and a ``receive`` that gives it again."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(chunks), _again([message], receive)
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            return None, receive
        more = message.get("more_body", False)
    body = b"".join(chunks)
    return body, _again([{"type": "http.request", "body": body, "more_body": False}], receive)


def _again(messages: list[Message], receive: Receive) -> Receive:
    async def replayed() -> Message:
        return messages.pop(0) if messages else await receive()

    return replayed


class CompressionMiddleware(PolicyMiddleware):
    """Compresses responses; the options are those of ``CompressionPolicy``."""

    policy_class = CompressionPolicy


class RateLimitMiddleware(PolicyMiddleware):
    """Limits requests; the options are those of ``RateLimitPolicy``."""

    policy_class = RateLimitPolicy


class TimingMiddleware(PolicyMiddleware):
    """Measures requests; the options are those of ``TimingPolicy``."""

    policy_class = TimingPolicy


class WebhookSignatureMiddleware(PolicyMiddleware):
    """Lets only signed requests through to some paths; options are those of ``webhook_policy``."""

    policy_class = staticmethod(webhook_policy)
