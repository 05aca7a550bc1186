"""Signed requests pass with their body, others are refused, through every adapter."""

import asyncio
import hashlib
import hmac
import json
import logging
import threading

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncRequestFactory, Client, RequestFactory, override_settings
from django.urls import path
from rest_framework.request import Request

from django_rustaccel.core.policies.webhooks import Route, WebhookPolicy
from django_rustaccel.middleware import WebhookSignatureMiddleware, webhook_signature
from django_rustaccel.webhooks import WebhookVerifier, webhook_policy
from middleware.adapters import Given, Sent

SECRET = "only the sender knows"
BODY = b'{"event": "push"}'
ROUTES = {
    "/hooks/github/": {"scheme": "github", "secrets": [SECRET]},
    "/hooks/*": {"SCHEME": "hmac", "SECRETS": SECRET, "HEADER": "X-Tag", "MAX_BODY": 30},
}


def signed(body=BODY, secret=SECRET):
    tag = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={tag}", "X-Tag": tag}


def answer(serve, path="/hooks/github/", headers=None, body=BODY, **options):
    sent = Sent(signed(body) if headers is None else headers, "POST", path, body)
    return serve("WebhookSignatureMiddleware", {"routes": ROUTES} | options, sent, Given(b"seen"))


@pytest.mark.parametrize("path", ["/hooks/github/", "/hooks/github", "/hooks/other", "/hooks"])
def test_signed_requests_pass_with_their_body(serve, path):
    got = answer(serve, path)
    assert (got.status, got.body, got.read) == (200, b"seen", BODY)


@pytest.mark.parametrize("path", ["/hooks/github/", "/hooks/github", "/hooks/a/b", "/hooks//"])
@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "is missing"),
        (signed(secret="another"), "No signature matches."),
        (signed(b"another body"), "No signature matches."),
        ({"X-Hub-Signature-256": "sha256=\xe4\xff", "X-Tag": "\xe4"}, "No signature matches."),
        ({"X-Hub-Signature-256": "a" * 100_000, "X-Tag": "a" * 100_000}, "signature"),
    ],
)
def test_others_are_refused(serve, path, headers, reason, caplog):
    with caplog.at_level(logging.WARNING, "django_rustaccel.webhooks"):
        got = answer(serve, path, headers)
    assert got.status == 401
    assert got.read is None
    assert got.headers["www-authenticate"] == "Signature"
    assert got.headers["content-type"] == "application/problem+json"
    detail = json.loads(got.body)
    assert detail["status"] == 401
    assert reason in detail["detail"]
    assert SECRET not in caplog.text
    assert path in caplog.text


def test_other_paths_are_not_looked_at(serve):
    for other in ("/", "/hook", "/hooks2/github/"):
        assert answer(serve, other, {}).read == BODY


@pytest.mark.parametrize(("path", "limit"), [("/hooks/github/", 100), ("/hooks/other/", 30)])
def test_long_bodies_are_not_hashed(serve, path, limit):
    assert answer(serve, path, body=b"x" * limit, max_body=100).status == 200
    got = answer(serve, path, body=b"x" * (limit + 1), max_body=100)
    assert (got.status, got.read) == (413, None)
    assert str(limit) in json.loads(got.body)["detail"]


def test_a_message_is_accepted_once(serve):
    cache = LocMemCache(f"webhooks {serve}", {})
    verifier = WebhookVerifier("github", SECRET, replay_cache=cache)
    options = {"routes": {"/hooks/github/": verifier}}
    assert answer(serve, **options).status == 200
    assert answer(serve, **options).status == 401


def test_a_cache_is_not_asked_on_the_event_loop():
    threads = []

    def refusal(request, body):
        threads.append(threading.current_thread())

    class Asked:
        path = "/x"
        kept = None

    for waits in (True, False):
        policy, request = WebhookPolicy({"/x": Route(refusal, waits=waits)}), Asked()
        assert policy.body_limit(request) == 1 << 20
        assert asyncio.run(policy.aon_body(request, b"")) is None
    assert [thread is threading.main_thread() for thread in threads] == [False, True]


@pytest.mark.parametrize(
    "routes",
    [
        {"hooks/": {"scheme": "github", "secrets": "x"}},
        {"/hooks/": {"scheme": "gitlab", "secrets": SECRET}},
        {"/hooks/": {"scheme": "github", "secret": SECRET}},
        {"/hooks/": {"scheme": "github", "secrets": SECRET, "max_body": "1"}},
        {"/hooks/": {"scheme": "standard", "secrets": SECRET}},
        {"/hooks/": SECRET},
        [SECRET],
    ],
)
def test_wrong_settings(routes):
    with override_settings(RUSTACCEL={"WEBHOOKS": {"ROUTES": routes}}):
        (found,) = run_checks(tags=["rustaccel"])
        assert found.id in ("rustaccel.E001", "rustaccel.E003")
        assert SECRET not in str(found)
        with pytest.raises(ImproperlyConfigured, match="WEBHOOKS") as caught:
            WebhookSignatureMiddleware(lambda request: None)
        assert SECRET not in str(caught.value)


def test_no_routes_let_everything_through():
    assert webhook_policy().route("/") is None


@webhook_signature("github", SECRET, max_body=50)
def hook(request, number):
    return HttpResponse(f"{number} {Request(request).stream.read().decode()}")


@webhook_signature("github", SECRET)
async def ahook(request, number):
    return HttpResponse(f"{number} {request.body.decode()}")


urlpatterns = [path("hook/<int:number>/", hook), path("ahook/<int:number>/", ahook)]


@pytest.mark.parametrize("name", ["hook", "ahook"])
@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"])
def test_decorated_views(name):
    client = Client(enforce_csrf_checks=True)

    def post(**headers):
        return client.post(f"/{name}/7/", BODY, "application/json", headers=headers)

    good = post(**signed())
    assert (good.status_code, good.content) == (200, b"7 " + BODY)
    assert post().status_code == 401


def test_the_decorator_counts_bytes():
    body = b"x" * 51
    request = RequestFactory().post("/", body, "text/plain", headers=signed(body))
    assert hook(request, 1).status_code == 413
    request = AsyncRequestFactory().post("/", body, "text/plain", headers=signed(body))
    assert asyncio.run(ahook(request, 1)).status_code == 200


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10)
def test_django_refuses_long_bodies_too():
    with override_settings(RUSTACCEL={"WEBHOOKS": {"ROUTES": ROUTES}}):
        middleware = WebhookSignatureMiddleware(lambda request: HttpResponse())
        request = RequestFactory().post("/hooks/github/", BODY, "text/plain", headers=signed())
        assert middleware(request).status_code == 413


def test_a_length_that_is_no_number():
    with override_settings(RUSTACCEL={"WEBHOOKS": {"ROUTES": ROUTES}}):
        middleware = WebhookSignatureMiddleware(lambda request: HttpResponse())
        request = RequestFactory().post("/hooks/github/", BODY, "text/plain", headers=signed())
        request.META["CONTENT_LENGTH"] = "many"
        assert middleware(request).status_code == 413
