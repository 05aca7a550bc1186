"""Batches through the handlers that servers call, not those of test clients."""

import asyncio
import copy
import json
import pickle
from io import BytesIO

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.core.handlers.base import BaseHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest
from django.test import AsyncRequestFactory, RequestFactory

from batching import site
from django_rustaccel.subrequests import handlers

pytestmark = pytest.mark.django_db(transaction=True)

BATCH = [
    {"id": "slow", "path": "/slow/60/"},
    {"id": "echo", "method": "POST", "path": "/app/echo/?q=1", "body": {"a": "é"}},
    {"id": "file", "path": "/app/file/"},
    {"id": "quick", "path": "/app/slow/1/"},
]


def batch(script):
    parts = [{**part, "path": part["path"].removeprefix("/app")} for part in BATCH]
    return json.dumps([{**part, "path": script + part["path"]} for part in parts]).encode()


def wsgi(view, body, script, **headers):
    """The chunks of a response."""
    environ = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": script, "PATH_INFO": view, "QUERY_STRING": "",
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "10.1.2.3", "CONTENT_TYPE": "application/json", "RAW_URI": script + view,
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), "wsgi.url_scheme": "https",
        **headers,
    }  # fmt: skip
    started = []
    response = get_wsgi_application()(environ, lambda *args: started.append(args))
    chunks = list(response)
    response.close()
    assert started[0][0] == "200 OK", chunks
    return chunks


def asgi(view, body, script, *headers):
    """The same by ASGI."""

    async def ask():
        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "path": script + view,
            "raw_path": (script + view).encode(), "root_path": script, "query_string": b"",
            "scheme": "https", "client": ("10.1.2.3", 1), "server": ("localhost", 80),
            "headers": [(b"content-type", b"application/json"), (b"host", b"localhost"),
                        (b"content-length", str(len(body)).encode()), *headers],
        }  # fmt: skip
        communicator = ApplicationCommunicator(get_asgi_application(), scope)
        await communicator.send_input({"type": "http.request", "body": body})
        start = await communicator.receive_output(5)
        assert start["status"] == 200, start
        chunks = []
        while True:
            message = await communicator.receive_output(5)
            chunks.append(message.get("body", b""))
            if not message.get("more_body"):
                await communicator.wait(5)
                return [chunk for chunk in chunks if chunk]

    return asyncio.run(ask())


@pytest.mark.parametrize("script", ["", "/app"])
@pytest.mark.parametrize("view", ["/batch/", "/abatch/"])
@pytest.mark.parametrize("server", [wsgi, asgi])
def test_in_turn(server, view, script):
    (document,) = server(view, batch(script), script)
    slow, echo, file, quick = json.loads(document)["responses"]
    assert (slow["body"], quick["body"]) == ({"slept": 60}, {"slept": 1})
    assert echo["body"]["full"] == f"{script}/echo/?q=1"
    assert json.loads(echo["body"]["body"].encode("latin-1").decode()) == {"a": "é"}
    assert (echo["body"]["peer"], echo["body"]["secure"]) == ("10.1.2.3", True)
    assert file["body"].startswith('"""A site with every kind of view')


@pytest.mark.parametrize("view", ["/batch/", "/abatch/"])
def test_as_they_finish(view):
    lines = asgi(view, batch(""), "", (b"accept", b"application/x-ndjson"))
    ids = [json.loads(line)["id"] for line in lines]
    assert sorted(ids) == ["echo", "file", "quick", "slow"]
    assert ids[-1] == "slow"
    lines = wsgi(view, batch(""), "", HTTP_ACCEPT="application/x-ndjson")
    assert [json.loads(line)["id"] for line in lines] == ["slow", "echo", "file", "quick"]


def test_a_handler_is_asked_once_for_its_middleware():
    made = site.Seen.made
    wsgi("/batch/", batch(""), "")
    assert site.Seen.made == made + 1


def test_installed_once():
    before = BaseHandler.resolve_request
    handlers.install()
    assert BaseHandler.resolve_request is before
    assert before.__wrapped__.__module__ == "django.core.handlers.base"


@pytest.mark.parametrize("factory", [RequestFactory, AsyncRequestFactory])
def test_requests_are_pickled_and_copied_as_ever(factory):
    request, handler = factory().get("/empty/"), BaseHandler()
    handler.resolve_request(request)
    assert handlers.handler_of(request) is handler
    assert handlers.handler_of(copy.copy(request)) is handler
    assert handlers.handler_of(copy.deepcopy(through(request))) is handler
    assert pickle.loads(pickle.dumps(through(request))).path == "/empty/"


def through(request):
    """A request with nothing but its path and its handler: not all of it is copied everywhere."""
    bare = HttpRequest()
    bare.path = request.path
    setattr(bare, handlers.HANDLER, getattr(request, handlers.HANDLER))
    return bare
