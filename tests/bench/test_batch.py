"""A batch of fifty calls: against an envelope made by :mod:`json`, and against fifty requests.

The views answer with bytes that are there already, so that only the way to them and back is timed.
Both batches send their parts through the same handler.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.views import APIView

from bench.race import Work, race
from django_rustaccel.drf.batch import BatchView
from django_rustaccel.subrequests.handlers import handler_of

CALLS = 50
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


def spelled(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


BOOK = {
    "id": 17, "uuid": "6f1c1d0a-9d0f-4d0b-8f0a-2b1b6a1f6a10", "title": "Die Verwandlung, größer",
    "summary": "A text of a hundred characters or so, as they stand in most of the books. " * 2,
    "price": "12.50", "rating": 4.5, "pages": 320, "in_print": True, "published": "2024-02-29",
    "publisher": {"id": 3, "name": "Kurt Wolff", "country": "DE"},
    "tags": [{"id": n, "name": f"tag {n}", "colour": "#ff0000"} for n in range(3)],
}  # fmt: skip
ANSWERS = {"book": spelled(BOOK), "page": spelled({"count": 1000, "results": [BOOK] * 25})}


def answer(request: HttpRequest, what: str) -> HttpResponse:
    return HttpResponse(ANSWERS[what], content_type="application/json")


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)), content_type="application/json")


class PlainBatchView(APIView):
    """What projects write: bodies are parsed with the batch, dumped for the part, and so back."""

    def post(self, request: Any) -> HttpResponse:
        outer = request._request
        entries = [self.entry(outer, call) for call in json.loads(outer.body)["requests"]]
        return HttpResponse(spelled({"responses": entries}), content_type="application/json")

    def entry(self, outer: Any, call: dict[str, Any]) -> dict[str, Any]:
        target, _, query = call["path"].partition("?")
        body = spelled(call["body"]) if "body" in call else b""
        environ = outer.environ | {
            "REQUEST_METHOD": call["method"],
            "PATH_INFO": target,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
        response: Any = handler_of(outer).get_response(type(outer)(environ))
        headers = dict(response.items())
        status, content = response.status_code, json.loads(response.content)
        return {"id": call["id"], "status": status, "headers": headers, "body": content}


urlpatterns = [
    path("batch/", BatchView.as_view(authentication_classes=[])),
    path("plain/", PlainBatchView.as_view(authentication_classes=[])),
    path("take/", take),
    path("<str:what>/", answer),
]


@pytest.fixture(autouse=True)
def site() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=MIDDLEWARE):
        yield


def asked(**call: Any) -> bytes:
    return spelled({"requests": [{"id": n, **call} for n in range(CALLS)]})


def posted(view: str, text: bytes) -> Work:
    client = Client()
    return lambda: client.post(view, text, "application/json").content


def one_by_one(method: str, target: str, body: bytes) -> Work:
    client = Client()

    def ask() -> bytes:
        sent = (client.generic(method, target, body, "application/json") for _ in range(CALLS))
        return b",".join(response.content for response in sent)

    return ask


@pytest.mark.parametrize(
    ("title", "method", "target", "body"),
    [
        ("batch of 50 GETs, 0.6 kB each", "GET", "/book/", None),
        ("batch of 50 GETs, 14 kB each", "GET", "/page/", None),
        ("batch of 50 POSTs of 14 kB", "POST", "/take/", json.loads(ANSWERS["page"])),
    ],
)
def test_batch(
    benchmark: BenchmarkFixture, title: str, method: str, target: str, body: Any
) -> None:
    call = {"method": method, "path": target} | ({} if body is None else {"body": body})
    text = asked(**call)
    sent = b"" if body is None else spelled(body)
    race(
        benchmark,
        posted("/batch/", text),
        stock=posted("/plain/", text),
        references={"one by one": one_by_one(method, target, sent)},
        title=title,
        goal=1,
        note="Both send the parts through one handler, which takes most of the time of small ones.",
    )
