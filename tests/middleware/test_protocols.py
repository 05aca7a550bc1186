"""What PEP 3333 and ASGI 3 ask of whoever stands between a server and an application."""

import asyncio
import gzip
import io
from wsgiref.util import FileWrapper, setup_testing_defaults
from wsgiref.validate import validator

import pytest

from django_rustaccel import asgi, wsgi

TEXT = b"A text that is long enough to be worth some compression. " * 20
HEADERS = [("Content-Type", "text/plain")]
OPTIONS = {
    "TimingMiddleware": {"histograms": False},
    "CompressionMiddleware": {"codings": ["gzip"]},
    "RateLimitMiddleware": {"rate": "1000/h", "key": "ip"},
    "WebhookSignatureMiddleware": {"routes": {}},
}
every_policy = pytest.mark.parametrize("name", OPTIONS)


class Chunks:
    """A body that is made when it is asked for, and closed."""

    def __init__(self, *chunks):
        self.chunks = iter(chunks)
        self.is_closed = False

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.chunks)

    def close(self):
        self.is_closed = True


def as_list(environ, start_response):
    start_response("200 OK", HEADERS)
    return [TEXT, TEXT]


def as_stream(environ, start_response):
    start_response("200 OK", HEADERS)
    return Chunks(b"", TEXT, b"", TEXT)


def late_start(environ, start_response):
    start_response("200 OK", HEADERS)
    yield TEXT
    yield TEXT


def written(environ, start_response):
    write = start_response("200 OK", HEADERS)
    write(TEXT)
    return [TEXT]


def second_thoughts(environ, start_response):
    start_response("500 Error", [("Content-Type", "text/html")])
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        start_response("200 OK", HEADERS, (type(error), error, error.__traceback__))
    return [TEXT, TEXT]


def call(app, is_validated=True, **extra):
    """Status, headers and body as a server takes them; PEP 3333 is checked on the way."""
    environ = {"HTTP_ACCEPT_ENCODING": "gzip", **extra}
    setup_testing_defaults(environ)
    environ.pop("HTTP_HOST")
    environ["QUERY_STRING"] = ""
    started = []

    def start_response(status, headers, exc_info=None):
        started.append((status, dict(headers)))
        return lambda data: None

    content = (validator(app) if is_validated else app)(environ, start_response)
    body = b"".join(content)
    getattr(content, "close", lambda: None)()
    return *started[-1], body


@every_policy
@pytest.mark.parametrize("app", [as_list, as_stream, late_start, written, second_thoughts])
def test_wsgi_applications_of_every_kind(name, app):
    middleware = getattr(wsgi, name)
    status, headers, body = call(middleware(validator(app), **OPTIONS[name]))
    if headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    assert (status, body) == ("200 OK", TEXT + TEXT)
    assert headers["Content-Type"] == "text/plain"
    assert (name == "CompressionMiddleware") == ("Content-Encoding" in headers)


@every_policy
@pytest.mark.parametrize("is_read", [True, False])
def test_wsgi_bodies_are_closed(name, is_read):
    body = Chunks(TEXT, TEXT)

    def app(environ, start_response):
        start_response("200 OK", HEADERS)
        return body

    environ = {"HTTP_ACCEPT_ENCODING": "gzip"}
    setup_testing_defaults(environ)
    content = getattr(wsgi, name)(app, **OPTIONS[name])(environ, lambda *start: None)
    if is_read:
        list(content)
    assert not body.is_closed
    content.close()
    assert body.is_closed


@every_policy
def test_wsgi_bodies_are_closed_where_the_first_chunk_raises(name):
    class Raising(Chunks):
        def __next__(self):
            raise ZeroDivisionError

    body = Raising()

    def app(environ, start_response):
        start_response("200 OK", HEADERS)
        return body

    with pytest.raises(ZeroDivisionError):
        call(getattr(wsgi, name)(app, **OPTIONS[name]), is_validated=False)
    assert body.is_closed


@every_policy
def test_files_that_a_wsgi_server_sends_itself(name):
    def app(environ, start_response):
        start_response("200 OK", HEADERS)
        return environ["wsgi.file_wrapper"](io.BytesIO(TEXT))

    extra = {"wsgi.file_wrapper": FileWrapper}
    status, headers, body = call(getattr(wsgi, name)(app, **OPTIONS[name]), False, **extra)
    assert (status, body) == ("200 OK", TEXT)
    assert "Content-Encoding" not in headers


def test_a_wsgi_application_that_never_starts():
    with pytest.raises(AssertionError, match="start_response"):
        call(wsgi.CompressionMiddleware(lambda environ, start: [TEXT]), is_validated=False)


def serve(app, scope, *received):
    """What a server is sent for one connection."""
    incoming, sent = list(received), []

    async def receive():
        return incoming.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"accept-encoding", b"gzip")]
    defaults = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    asyncio.run(app({**defaults, **scope}, receive, send))
    return sent


@every_policy
@pytest.mark.parametrize("kind", ["websocket", "lifespan", "of the future"])
def test_asgi_connections_of_other_kinds_pass_untouched(name, kind):
    seen = []

    async def app(scope, receive, send):
        seen.append((scope, receive, send))
        await send(await receive())

    message = {"type": f"{kind}.message"}
    scope = {"type": kind}
    assert serve(getattr(asgi, name)(app, **OPTIONS[name]), scope, message) == [message]
    assert seen[0][0]["type"] == kind


@every_policy
@pytest.mark.parametrize("kind", ["pathsend", "zerocopysend"])
def test_files_that_an_asgi_server_sends_itself(name, kind):
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"a/b")]}
    message = {"type": f"http.response.{kind}", "path": "/file"}

    async def app(scope, receive, send):
        await send(start)
        await send(message)

    sent = serve(getattr(asgi, name)(app, **OPTIONS[name]), {})
    assert [each["type"] for each in sent] == [start["type"], message["type"]]
    assert sent[1] is message
    assert b"content-encoding" not in dict(sent[0]["headers"])


@every_policy
def test_asgi_messages_around_the_response_pass_in_order(name):
    """Early hints and push before it, trailers after it."""
    before = {"type": "http.response.early_hint", "links": []}
    after = {"type": "http.response.trailers", "headers": []}
    start = {"type": "http.response.start", "status": 200, "trailers": True}

    async def app(scope, receive, send):
        await send(before)
        await send(start | {"headers": [(b"content-type", b"text/plain")]})
        for more in (True, False):
            await send({"type": "http.response.body", "body": TEXT, "more_body": more})
        await send(after)

    sent = serve(getattr(asgi, name)(app, **OPTIONS[name]), {})
    kinds = ["early_hint", "start", "body", "body", "trailers"]
    assert [each["type"].rpartition(".")[2] for each in sent] == kinds
    assert sent[1]["trailers"] is True
    body = b"".join(each["body"] for each in sent[2:4])
    assert (gzip.decompress(body) if name == "CompressionMiddleware" else body) == TEXT + TEXT


@every_policy
def test_the_scope_and_messages_of_an_asgi_application_stay_its_own(name):
    """Others may hold the same objects: what is changed is a copy."""
    pairs = [(b"content-type", b"text/plain")]
    start = {"type": "http.response.start", "status": 200, "headers": pairs}
    body = {"type": "http.response.body", "body": TEXT}
    before = {**start, "headers": list(pairs)}, dict(body)

    async def app(scope, receive, send):
        await send(start)
        await send(body)

    sent = serve(getattr(asgi, name)(app, **OPTIONS[name]), {})
    assert (start, body) == before
    assert (sent == [start, body]) == (name == "WebhookSignatureMiddleware")
