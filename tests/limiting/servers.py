"""One way to send requests through the middleware of Django (sync and async), ASGI and WSGI."""

import asyncio
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from django_rustaccel import asgi, wsgi
from django_rustaccel.middleware import RateLimitMiddleware


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class User:
    is_authenticated = True

    def __init__(self, pk: Any) -> None:
        self.pk = pk

    def __str__(self) -> str:
        return str(self.pk)


class DjangoServer:
    """One middleware for all requests, sync or async."""

    factory: Any = RequestFactory

    def __init__(self, **options: Any) -> None:
        # The same object for every request: another one would make the middleware begin anew.
        self.settings = {"RATE_LIMIT": _in_capitals(options)}
        self.middleware: Any = RateLimitMiddleware(self.view())

    def view(self) -> Any:
        return lambda request: HttpResponse(b"served")

    def get(self, path="/", *, peer="203.0.113.1", user=None, method="GET", **headers) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = self.factory().generic(method, path, headers=named)
        request.META["REMOTE_ADDR"] = peer
        if user is not None:
            request.user = User(user)
        with override_settings(RUSTACCEL=self.settings):
            response = self.middleware(request)
            if asyncio.iscoroutine(response):
                response = asyncio.run(response)
        lowered = {name.lower(): value for name, value in response.items()}
        return Got(response.status_code, lowered, response.content)


class AsyncDjangoServer(DjangoServer):
    factory = AsyncRequestFactory

    def view(self) -> Any:
        async def view(request: Any) -> HttpResponse:
            return HttpResponse(b"served")

        return view


class AsgiServer:
    def __init__(self, **options: Any) -> None:
        self.app = asgi.RateLimitMiddleware(self.serve, **options)

    async def serve(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"served"})

    def get(self, path="/", *, peer="203.0.113.1", user=None, method="GET", **headers) -> Got:
        pairs = [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in headers.items()
        ]
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "headers": pairs}
        scope["client"] = (peer, 4711) if peer else None
        scope["user"] = None if user is None else User(user)
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, None, send))
        lowered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Got(sent[0]["status"], lowered, b"".join(part["body"] for part in sent[1:]))


class WsgiServer:
    def __init__(self, **options: Any) -> None:
        self.app = wsgi.RateLimitMiddleware(self.serve, **options)

    def serve(self, environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"served"]

    def get(self, path="/", *, peer="203.0.113.1", user=None, method="GET", **headers) -> Got:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": peer or ""}
        environ |= {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if user is not None:
            environ["REMOTE_USER"] = str(user)
        started: list[Any] = []
        body = b"".join(self.app(environ, lambda *start: started.append(start)))
        lowered = {name.lower(): value for name, value in started[0][1]}
        return Got(int(started[0][0].split()[0]), lowered, body)


def _in_capitals(options: Any) -> Any:
    if isinstance(options, dict):
        return {name.upper(): _in_capitals(value) for name, value in options.items()}
    return [_in_capitals(value) for value in options] if isinstance(options, list) else options


SERVERS = {
    "django": DjangoServer,
    "django async": AsyncDjangoServer,
    "asgi": AsgiServer,
    "wsgi": WsgiServer,
}
