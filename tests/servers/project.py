"""A small site for real servers: gunicorn, uvicorn and daphne import it, each process for itself.

``SITE_RUSTACCEL`` is the setting ``RUSTACCEL`` as JSON.
"""

import asyncio
import json
import os
import time
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path

#: Seconds between two events of the stream.
PACE = 0.2

MIDDLEWARE = (
    "TimingMiddleware",
    "CompressionMiddleware",
    "RateLimitMiddleware",
    "WebhookSignatureMiddleware",
)

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["*"],
        DATABASES={},
        INSTALLED_APPS=["django_rustaccel"],
        MIDDLEWARE=[f"django_rustaccel.middleware.{name}" for name in MIDDLEWARE],
        RUSTACCEL=json.loads(os.environ.get("SITE_RUSTACCEL", "{}")),
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"stderr": {"class": "logging.StreamHandler"}},
            "loggers": {"django_rustaccel": {"handlers": ["stderr"], "level": "INFO"}},
        },
    )
    django.setup()


def who(request: HttpRequest) -> JsonResponse:
    """Which process answers, and what it takes the client and the time for."""
    peer = request.META.get("REMOTE_ADDR")
    return JsonResponse({"pid": os.getpid(), "peer": peer, "time": time.time()})


def lines(request: HttpRequest) -> HttpResponse:
    return HttpResponse("".join(f"line {number}\n" for number in range(500)), "text/plain")


def events(request: HttpRequest) -> StreamingHttpResponse:
    """Three server-sent events, as async or sync chunks as the server likes it."""
    chunks = aevents() if hasattr(request, "scope") else slow_events()
    return StreamingHttpResponse(chunks, content_type="text/event-stream")


def slow_events() -> Any:
    for number in range(3):
        yield f"data: {number}\n\n"
        time.sleep(PACE)


async def aevents() -> Any:
    for number in range(3):
        yield f"data: {number}\n\n"
        await asyncio.sleep(PACE)


def metrics(request: HttpRequest) -> HttpResponse:
    from django_rustaccel.metrics import metrics_view

    response: HttpResponse = metrics_view(request)
    response["X-Pid"] = str(os.getpid())
    return response


urlpatterns = [
    path("", who),
    path("limited/", who),
    path("lines/", lines),
    path("events/", events),
    path("metrics/", metrics),
]
application = WSGIHandler()
asgi = ASGIHandler()
