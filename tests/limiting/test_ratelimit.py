"""The decorator on views of every kind, and the checks of the setting."""

import asyncio

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View
from rest_framework.response import Response
from rest_framework.views import APIView

from django_rustaccel.conf import settings as live
from django_rustaccel.core.limiting import Decision
from django_rustaccel.middleware import RateLimitMiddleware
from django_rustaccel.ratelimit import ViewLimit, ratelimit
from limiting.servers import User


def function():
    @ratelimit("2/m", key="ip")
    def view(request, number=0):
        assert request.ratelimit.limit == 2
        return HttpResponse(f"served {number}")

    return view


def async_function():
    @ratelimit("2/m", key="ip")
    async def view(request, number=0):
        return HttpResponse(f"served {number}")

    return view


def whole_class():
    @ratelimit("2/m", key="ip")
    class Limited(View):
        def get(self, request, number=0):
            return HttpResponse(f"served {number}")

    return Limited.as_view()


def async_class():
    @ratelimit("2/m", key="ip")
    class Limited(View):
        async def get(self, request, number=0):
            return HttpResponse(f"served {number}")

    return Limited.as_view()


def method():
    class Limited(View):
        @ratelimit("2/m", key="ip")
        def get(self, request, number=0):
            return HttpResponse(f"served {number}")

    return Limited.as_view()


def decorated_method():
    class Limited(View):
        @method_decorator(ratelimit("2/m", key="ip"))
        def get(self, request, number=0):
            return HttpResponse(f"served {number}")

    return Limited.as_view()


def api_method():
    class Limited(APIView):
        @ratelimit("2/m", key="ip")
        def get(self, request, number=0):
            return Response(f"served {number}")

    return Limited.as_view()


KINDS = [
    function,
    async_function,
    whole_class,
    async_class,
    method,
    decorated_method,
    api_method,
]


def call(view, request, **kwargs):
    response = view(request, **kwargs)
    return asyncio.run(response) if asyncio.iscoroutine(response) else response


@pytest.mark.parametrize("kind", KINDS)
def test_views_of_every_kind(kind):
    view = kind()
    responses = [call(view, RequestFactory().get("/"), number=7) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[0].headers["RateLimit"] == '"2/m";r=1;t=30'
    assert responses[2].headers["Retry-After"] == "30"
    assert b"served 7" in responses[0].render().content if kind is api_method else True
    assert call(view, RequestFactory(REMOTE_ADDR="9.9.9.9").get("/")).status_code == 200


def test_views_count_for_themselves_or_by_scope():
    one, other = function(), ratelimit("2/m", key="ip")(lambda request: HttpResponse())
    request = RequestFactory().get("/")
    assert [one(request).status_code for _ in range(3)] == [200, 200, 429]
    assert other(request).status_code == 200
    with override_settings(RUSTACCEL={"RATE_LIMIT": {"STORAGE": "local://scopes"}}):
        views = [
            ratelimit("1/m", key="ip", scope="together")(lambda request: HttpResponse())
            for _ in range(2)
        ]
        assert [view(request).status_code for view in views] == [200, 429]


def test_users_of_sync_and_async_views(db):
    asked = []

    class AsyncUser:
        async def __call__(self):
            asked.append(1)
            return User(5)

    @ratelimit("1/m", key="user")
    async def aview(request):
        return HttpResponse()

    request = AsyncRequestFactory().get("/")
    request.auser = AsyncUser()
    assert [call(aview, request).status_code for _ in range(2)] == [200, 429]
    assert asked

    @ratelimit("1/m", key="user")
    def view(request):
        return HttpResponse()

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    assert [view(request).status_code for _ in range(3)] == [200] * 3
    request.user = User(5)
    assert [view(request).status_code for _ in range(2)] == [200, 429]


def _page(request, name):
    return HttpResponse(name)


urlpatterns = [path("pages/<slug:name>/", ratelimit("1/m", key="path:name")(_page))]


def test_path_parameters(client, settings):
    settings.ROOT_URLCONF = __name__
    addresses = ["/pages/one/", "/pages/one/", "/pages/two/"]
    assert [client.get(address).status_code for address in addresses] == [200, 429, 200]
    settings.RUSTACCEL = {"RATE_LIMIT": {"RATE": "1/m", "KEY": "path:name"}}
    middleware = RateLimitMiddleware(lambda request: HttpResponse())
    found = [middleware(RequestFactory().get(f"/pages/{name}/")) for name in ("x", "x", "y")]
    assert [response.status_code for response in found] == [200, 429, 200]
    nowhere = [middleware(RequestFactory().get("/nowhere/")) for _ in range(2)]
    assert [response.status_code for response in nowhere] == [200, 200]


def test_the_view_knows_the_decision_and_the_middleware_leaves_its_headers(settings):
    settings.RUSTACCEL = {"RATE_LIMIT": {"RATE": "100/m", "KEY": "ip"}}
    middleware = RateLimitMiddleware(function())
    request = RequestFactory().get("/")
    assert middleware(request).headers["RateLimit"].startswith('"2/m"')
    assert type(request.ratelimit) is Decision


def test_settings_are_live():
    view, request = function(), RequestFactory().get("/")
    with override_settings(RUSTACCEL={"RATE_LIMIT": {"HEADERS": ["legacy"]}}):
        assert view(request).headers["X-RateLimit-Limit"] == "2"
    assert "X-RateLimit-Limit" not in view(request).headers


def test_without_any_setting():
    view, request = function(), RequestFactory().get("/")
    with override_settings():
        del django_settings.RUSTACCEL
        assert [view(request).status_code for _ in range(3)] == [200, 200, 429]


def problems(deploy=False, **options):
    middleware = ["django_rustaccel.middleware.RateLimitMiddleware"]
    with override_settings(RUSTACCEL={"RATE_LIMIT": options}, MIDDLEWARE=middleware):
        found = run_checks(tags=["rustaccel"], include_deployment_checks=deploy)
        return [(each.id, each.msg) for each in found]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"RATE": "often"}, "no rate"),
        ({"RATE": "1/m", "KEY": "somebody"}, "no key"),
        ({"RATE": "1/m", "KEY": "no.such.thing"}, "No module named"),
        ({"RATE": "1/m", "KEY": "limiting.storages.nothing"}, "has no 'nothing'"),
        ({"RATE": "1/m", "STORAGE": "memcached://"}, "no storage"),
        ({"RATE": "1/m", "ALGORITHM": "leaky"}, "unknown algorithm"),
        ({"RATE": "1/m", "ON_STORAGE_ERROR": "panic"}, "panic"),
        ({"RATE": "1/m", "TRUSTED_PROXIES": ["proxy"]}, "proxy"),
        ({"RATE": "1/m", "HEADERS": ["new"]}, "headers"),
        ({"RATE": "1/m", "NO_SUCH_OPTION": 1}, "['RATE_LIMIT'] has no key 'NO_SUCH_OPTION'"),
        ({"RULES": [{"RATE": "1/m", "PATH": "/"}]}, "['RATE_LIMIT']['RULES'] has no key 'PATH'"),
        ({"RULES": [{"KEY": "ip"}]}, "rate"),
        ({"RULES": 5}, "int"),
    ],
)
def test_wrong_settings_are_errors_and_read_as_none(options, message):
    ((number, text),) = problems(**options)
    assert number == ("rustaccel.E001" if "no key '" in message else "rustaccel.E003")
    assert message in text
    with override_settings(RUSTACCEL={"RATE_LIMIT": options}):
        assert live.rate_limit == {}
        # But nobody is let in without the limits that were meant.
        with pytest.raises(ImproperlyConfigured, match="RATE_LIMIT"):
            RateLimitMiddleware(lambda request: HttpResponse())
        with pytest.raises(ImproperlyConfigured, match="RATE_LIMIT"):
            function()(RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("environment", "deploy", "warns"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"WEB_CONCURRENCY": "1"}, True, False),
        ({"WEB_CONCURRENCY": "4"}, False, True),
        ({"GUNICORN_CMD_ARGS": "--bind :80 --workers=3"}, False, True),
        ({"GUNICORN_CMD_ARGS": "-w 3"}, False, True),
        ({"GUNICORN_CMD_ARGS": "-w1"}, True, False),
    ],
)
def test_local_limits_under_several_workers(monkeypatch, environment, deploy, warns):
    for name in ("WEB_CONCURRENCY", "GUNICORN_CMD_ARGS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    found = [number for number, _ in problems(deploy, RATE="1/m") if number == "rustaccel.W002"]
    assert bool(found) is warns
    assert not problems(RATE="1/m", STORAGE="shared://check")


@pytest.mark.parametrize("exists", [True, False])
def test_views_that_are_limited_without_any_setting(monkeypatch, settings, exists):
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    settings.ROOT_URLCONF = __name__
    settings.RUSTACCEL = {}
    assert ViewLimit.exists
    monkeypatch.setattr(ViewLimit, "exists", exists)
    found = [each.id for each in run_checks(tags=["rustaccel"])]
    assert found == (["rustaccel.W002"] if exists else [])
