"""One way to serve a response through a policy for four kinds of server.

A test says what the client sends and what the application answers; `serve` gives what the client
gets, whichever adapter it went through.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from django_rustaccel import asgi, middleware, wsgi

Pairs = list[tuple[str, str]]


@dataclass
class Sent:
    """What the client sends."""

    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    path: str = "/"
    body: bytes = b""


@dataclass
class Given:
    """What the application answers; a list of chunks is streamed."""

    body: bytes | list[bytes] = b""
    headers: Pairs = field(default_factory=lambda: [("Content-Type", "text/plain")])
    status: int = 200


@dataclass
class Got:
    """What the client gets, and the body as the application read it."""

    status: int
    headers: dict[str, str]
    chunks: list[bytes]
    read: bytes | None = None

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def django_sync(name: str, options: Any, sent: Sent, given: Given) -> Got:
    read: list[bytes] = []

    def view(request: Any) -> Any:
        read.append(request.body)
        return _django_response(given)

    request = RequestFactory().generic(
        sent.method, quote(sent.path), sent.body, headers=sent.headers, **_content_type(sent)
    )
    with override_settings(RUSTACCEL={_setting(name): _in_capitals(options)}):
        response = getattr(middleware, name)(view)(request)
        chunks = list(response) if response.streaming else [response.content]
    return Got(response.status_code, _lowered(response.items()), chunks, *read)


def django_async(name: str, options: Any, sent: Sent, given: Given) -> Got:
    read: list[bytes] = []

    async def view(request: Any) -> Any:
        read.append(request.body)
        return _django_response(given, is_async=True)

    async def run() -> Got:
        request = AsyncRequestFactory().generic(
            sent.method, quote(sent.path), sent.body, headers=sent.headers, **_content_type(sent)
        )
        response = await getattr(middleware, name)(view)(request)
        chunks = [c async for c in response] if response.streaming else [response.content]
        return Got(response.status_code, _lowered(response.items()), chunks, *read)

    with override_settings(RUSTACCEL={_setting(name): _in_capitals(options)}):
        return asyncio.run(run())


def asgi_application(name: str, options: Any, sent: Sent, given: Given) -> Got:
    read: list[bytes] = []
    messages: list[Any] = []
    incoming = [{"type": "http.request", "body": sent.body, "more_body": False}]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        read.append((await receive())["body"])
        pairs = [(key.encode(), value.encode("latin-1")) for key, value in given.headers]
        await send({"type": "http.response.start", "status": given.status, "headers": pairs})
        if isinstance(given.body, bytes):
            await send({"type": "http.response.body", "body": given.body})
            return
        for chunk in given.body:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body"})

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        messages.append(message)

    headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in sent.headers.items()]
    scope = {"type": "http", "method": sent.method, "path": sent.path, "headers": headers}
    asyncio.run(getattr(asgi, name)(application, **options)(scope, receive, send))
    start, *bodies = messages
    pairs = [(key.decode(), value.decode("latin-1")) for key, value in start["headers"]]
    chunks = [message.get("body", b"") for message in bodies]
    return Got(start["status"], _lowered(pairs), chunks, *read)


def wsgi_application(name: str, options: Any, sent: Sent, given: Given) -> Got:
    read: list[bytes] = []
    starts: list[Any] = []

    def application(environ: Any, start_response: Any) -> Any:
        read.append(environ["wsgi.input"].read())
        start_response(f"{given.status} Whatever", given.headers)
        return [given.body] if isinstance(given.body, bytes) else iter(given.body)

    environ = RequestFactory()._base_environ(
        REQUEST_METHOD=sent.method, PATH_INFO=sent.path, CONTENT_LENGTH=str(len(sent.body))
    )
    environ["wsgi.input"] = _Input(sent.body)
    for key, value in sent.headers.items():
        environ[f"HTTP_{key.upper().replace('-', '_')}"] = value
    content = getattr(wsgi, name)(application, **options)(environ, lambda *a: starts.append(a))
    chunks = list(content)
    getattr(content, "close", lambda: None)()
    status, pairs = starts[-1][:2]
    return Got(int(status.split()[0]), _lowered(pairs), chunks, *read)


ADAPTERS: dict[str, Callable[[str, Any, Sent, Given], Got]] = {
    "django": django_sync,
    "django async": django_async,
    "asgi": asgi_application,
    "wsgi": wsgi_application,
}


class _Input:
    def __init__(self, body: bytes) -> None:
        self.rest = body

    def read(self, size: int = -1) -> bytes:
        size = len(self.rest) if size < 0 else size
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


def _django_response(given: Given, *, is_async: bool = False) -> Any:
    if isinstance(given.body, bytes):
        response: Any = HttpResponse(given.body, status=given.status)
    else:
        chunks = _astream(given.body) if is_async else iter(given.body)
        response = StreamingHttpResponse(chunks, status=given.status)
    del response["Content-Type"]
    for key, value in given.headers:
        response[key] = value
    return response


async def _astream(chunks: list[bytes]) -> Any:
    for chunk in chunks:
        yield chunk


def _content_type(sent: Sent) -> dict[str, str]:
    return {"content_type": sent.headers.get("Content-Type", "application/octet-stream")}


def _setting(name: str) -> str:
    return {"CompressionMiddleware": "COMPRESSION", "TimingMiddleware": "TIMING"}.get(
        name, "WEBHOOKS"
    )


def _in_capitals(options: dict[str, Any]) -> dict[str, Any]:
    return {key.upper(): value for key, value in options.items()}


def _lowered(pairs: Any) -> dict[str, str]:
    headers: dict[str, str] = {}
    for key, value in pairs:
        assert key.lower() not in headers, f"{key} is sent twice"
        headers[key.lower()] = value
    return headers
