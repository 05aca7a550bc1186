"""The same limits, headers and refusals through every adapter."""

import asyncio
import json
import time

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from django_rustaccel import asgi, wsgi
from django_rustaccel.core.limiting import Decision
from django_rustaccel.core.policies.facts import Answer
from django_rustaccel.middleware import RateLimitMiddleware
from limiting.servers import SERVERS, AsgiServer, DjangoServer
from limiting.storages import every_storage


@pytest.fixture(params=SERVERS)
def serving(request):
    """`serving(**options)` makes a server behind the middleware."""
    return SERVERS[request.param]


def statuses(server, count, **request):
    return [server.get(**request).status for _ in range(count)]


def test_a_limit_and_its_headers(serving):
    server = serving(rate="2/m", key="ip")
    first, second, third = server.get(), server.get(), server.get()
    assert [got.status for got in (first, second, third)] == [200, 200, 429]
    assert first.body == b"served"
    assert first.headers["ratelimit-policy"] == '"2/m";q=2;w=60'
    assert first.headers["ratelimit"] == '"2/m";r=1;t=30'
    assert "retry-after" not in first.headers
    assert second.headers["ratelimit"] == '"2/m";r=0;t=60'
    assert third.headers["ratelimit"] == '"2/m";r=0;t=60'
    assert third.headers["retry-after"] == "30"
    assert third.headers["content-type"] == "application/problem+json"
    assert json.loads(third.body) == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Try again in 30 seconds.",
        "violated-policies": ["2/m"],
    }
    assert server.get(peer="203.0.113.2").status == 200


def test_older_headers_and_a_plain_body(serving):
    server = serving(rate="1/m", key="ip", headers=["legacy"], body="plain")
    first, second = server.get(), server.get()
    assert first.headers["x-ratelimit-limit"] == "1"
    assert first.headers["x-ratelimit-remaining"] == "0"
    assert abs(int(first.headers["x-ratelimit-reset"]) - time.time() - 60) < 30
    assert "ratelimit" not in first.headers
    assert second.status == 429
    assert second.body == b"Too Many Requests. Try again in 60 seconds.\n"


def test_no_headers_but_when_to_come_back(serving):
    server = serving(rate="1/m", key="ip", headers=[])
    assert not [name for name in server.get().headers if "ratelimit" in name]
    assert server.get().headers["retry-after"] == "60"


def test_several_rates_are_all_told(serving):
    server = serving(rate="10/s; 3/h", key="ip")
    got = server.get()
    assert got.headers["ratelimit-policy"] == '"10/s";q=10;w=1, "3/h";q=3;w=3600'
    assert got.headers["ratelimit"].startswith('"3/h";r=2;')


def test_rules_concern_paths_and_methods(serving):
    rules = [
        {"rate": "1/m", "key": "ip", "paths": ["/login/"], "methods": ["POST"]},
        {"rate": "3/m", "key": "ip"},
    ]
    server = serving(rules=rules)
    assert statuses(server, 2, path="/login/", method="POST") == [200, 429]
    assert statuses(server, 3, path="/login/") == [200, 200, 429]
    assert "ratelimit" not in serving(rules=rules[:1]).get("/").headers


@pytest.mark.parametrize(
    ("key", "one", "same", "other"),
    [
        ("ip", {}, {"peer": "203.0.113.1"}, {"peer": "203.0.113.2"}),
        ("ip", {"peer": "2001:db8::1"}, {"peer": "2001:db8::2"}, {"peer": "2001:db8:0:1::1"}),
        ("ip", {"peer": None}, {"peer": ""}, {}),
        ("user", {"user": 1}, {"user": 1, "peer": "203.0.113.2"}, {"user": 2}),
        ("user_or_ip", {}, {"peer": "203.0.113.1"}, {"user": "203.0.113.1"}),
        ("header:X-Key", {"x_key": "a"}, {"x_key": "a", "peer": "203.0.113.2"}, {"x_key": "b"}),
        ("header:X-Key", {}, {"peer": "203.0.113.1"}, {"x_key": "203.0.113.1"}),
        ("limiting.test_policy.by_kind", {}, {"peer": "203.0.113.2"}, None),
    ],
)
def test_what_is_counted_together(serving, key, one, same, other):
    server = serving(rate="1/m", key=key)
    assert [server.get(**one).status, server.get(**same).status] == [200, 429]
    if other is not None:
        assert server.get(**other).status == 200


def by_kind(request):
    """A key of a project's own: one for all."""
    return "one"


def nobody(request):
    return None


def costly(request):
    return 3


def test_whom_a_limit_does_not_concern(serving):
    assert statuses(serving(rate="1/m", key="user"), 3) == [200] * 3
    assert statuses(serving(rate="1/m", key=nobody), 3) == [200] * 3


@pytest.mark.parametrize("cost", [3, costly, "limiting.test_policy.costly"])
def test_costs(serving, cost):
    assert statuses(serving(rate="7/m", key="ip", cost=cost), 3) == [200, 200, 429]


def test_a_cost_above_the_limit_has_no_time_to_come_back(serving):
    got = serving(rate="2/m", key="ip", cost=3).get()
    assert got.status == 429
    assert "retry-after" not in got.headers
    assert "larger than the limit" in json.loads(got.body)["detail"]


def test_trusted_proxies(serving):
    server = serving(rate="1/m", key="ip", trusted_proxies=["203.0.113.0/24"])
    assert statuses(server, 2, x_forwarded_for="8.8.8.8") == [200, 429]
    assert server.get(x_forwarded_for="8.8.4.4").status == 200
    # Whoever is no proxy may say what he likes.
    assert statuses(server, 2, peer="9.9.9.9", x_forwarded_for="1.1.1.1") == [200, 429]
    assert server.get(peer="9.9.9.9", x_forwarded_for="2.2.2.2").status == 429


@pytest.mark.parametrize("value", ["\xff\xfe", "a" * 1_000_000, ",", ";for=;", '"', "::::", ""])
def test_bad_headers_are_no_errors(serving, value):
    server = serving(rate="9/m", key="header:X-Key", trusted_proxies=["203.0.113.1"])
    for name in ("x_forwarded_for", "forwarded", "x_key"):
        assert server.get(**{name: value}).status == 200


@every_storage
def test_storages(serving, storage, prefix):
    server = serving(rate="2/h", key="ip", storage=storage, scope=prefix)
    assert statuses(server, 3) == [200, 200, 429]


def test_a_view_that_answers():
    def view(scope, decision):
        assert isinstance(decision, Decision)
        return Answer(503, [("content-type", "text/x-own")], scope["path"].encode())

    server = AsgiServer(rate="1/m", key="ip", view=view)
    assert server.get().status == 200
    got = server.get("/here")
    assert (got.status, got.body, got.headers["content-type"]) == (503, b"/here", "text/x-own")
    assert got.headers["retry-after"] == "60"


def too_many(request, decision):
    from django.http import JsonResponse

    return JsonResponse({"limit": decision.limit}, status=420)


def test_a_django_view_that_answers():
    server = DjangoServer(rate="1/m", key="ip", view="limiting.test_policy.too_many")
    assert server.get().status == 200
    got = server.get()
    assert (got.status, got.body) == (420, b'{"limit": 1}')
    assert got.headers["retry-after"] == "60"


async def atoo_many(request, decision):
    return HttpResponse(status=420)


def test_an_async_view_is_refused_at_the_start(settings):
    rule = {"RATE": "1/m", "KEY": "ip", "VIEW": "limiting.test_policy.atoo_many"}
    settings.RUSTACCEL = {"RATE_LIMIT": rule}
    with pytest.raises(ImproperlyConfigured, match="async VIEW"):
        RateLimitMiddleware(lambda request: HttpResponse())


@pytest.mark.parametrize(
    "options",
    [
        {"rate": "1/m", "body": "html"},
        {"rate": "1/m", "headers": ["new"]},
        {"rate": "1/m", "key": "x"},
    ],
)
def test_what_is_no_policy(options):
    with pytest.raises(ValueError, match=r"body|key"):
        AsgiServer(**options)


def test_path_parameters_are_those_of_a_route():
    """Middleware of a whole application would let everything through: nothing is matched yet."""
    options = {"rate": "1/m", "key": "path:name"}

    async def page(request):
        return PlainTextResponse(request.path_params["name"])

    async def statuses(app, paths):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [(await client.get(path)).status_code for path in paths]

    limited = Middleware(asgi.RateLimitMiddleware, **options)
    routed = Starlette(routes=[Route("/{name}", page, middleware=[limited])])
    assert asyncio.run(statuses(routed, ["/a", "/a", "/b"])) == [200, 429, 200]
    whole = Starlette(routes=[Route("/{name}", page)], middleware=[limited])
    with pytest.raises(RuntimeError, match="route"):
        asyncio.run(statuses(whole, ["/a"]))
    with pytest.raises(ValueError, match="WSGI"):
        wsgi.RateLimitMiddleware(None, **options)
