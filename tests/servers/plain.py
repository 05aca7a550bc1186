"""The site without Django: plain WSGI and ASGI behind the same limit, from the same setting."""

import json
import os
from typing import Any

from django_rustaccel.asgi import RateLimitMiddleware as AsgiLimit
from django_rustaccel.wsgi import RateLimitMiddleware as WsgiLimit

OPTIONS = {
    name.lower(): value
    for name, value in json.loads(os.environ["SITE_RUSTACCEL"])["RATE_LIMIT"].items()
}


def body() -> bytes:
    return json.dumps({"pid": os.getpid()}).encode()


def wsgi_site(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body()]


async def asgi_site(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body()})


application = WsgiLimit(wsgi_site, **OPTIONS)
asgi = AsgiLimit(asgi_site, **OPTIONS)
