"""`X-Rustaccel: off`: the request that says so is served without acceleration, and no other."""

import asyncio

import pytest
from django.http import HttpResponse
from django.test import AsyncRequestFactory, RequestFactory, override_settings

from django_rustaccel.core.switch import is_disabled
from django_rustaccel.middleware import StockHeaderMiddleware

NAME = "django_rustaccel.middleware.StockHeaderMiddleware"


def serve_sync(view, headers):
    return StockHeaderMiddleware(view)(RequestFactory().get("/", headers=headers))


def serve_async(view, headers):
    async def aview(request):
        await asyncio.sleep(0)
        return view(request)

    async def run():
        serving = StockHeaderMiddleware(aview)
        return await serving(AsyncRequestFactory().get("/", headers=headers))

    return asyncio.run(run())


@pytest.fixture(params=[serve_sync, serve_async], ids=["sync", "async"])
def serve(request):
    return request.param


@pytest.fixture
def allowed():
    with override_settings(RUSTACCEL={"ALLOW_STOCK_HEADER": True}):
        yield


def view(request):
    return HttpResponse(str(is_disabled()), headers={"Vary": "Accept"})


@pytest.mark.usefixtures("allowed")
@pytest.mark.parametrize(
    ("value", "way"),
    [
        ("off", "off"),
        (" OFF ", "off"),
        ("on", "on"),
        ("", "on"),
        ("offf", "on"),
        ("off, off", "on"),
    ],
)
def test_the_header_decides(serve, value, way):
    response = serve(view, {"X-Rustaccel": value})
    assert response.content == str(way == "off").encode()
    assert response["X-Rustaccel"] == way
    assert response["Vary"] == "Accept, X-Rustaccel"
    assert not is_disabled()


@pytest.mark.usefixtures("allowed")
def test_without_the_header(serve):
    response = serve(view, {})
    assert (response.content, response["X-Rustaccel"]) == (b"False", "on")


@pytest.mark.parametrize("value", [{}, {"ALLOW_STOCK_HEADER": False}, {"ALLOW_STOCK_HEADER": 1}])
def test_nothing_happens_unless_it_is_allowed(serve, value):
    with override_settings(RUSTACCEL=value):
        response = serve(view, {"X-Rustaccel": "off"})
    assert response.content == b"False"
    assert "X-Rustaccel" not in response
    assert response["Vary"] == "Accept"


@pytest.mark.usefixtures("allowed")
def test_an_exception_leaves_the_switch_as_it_was(serve):
    def failing(request):
        raise LookupError

    with pytest.raises(LookupError):
        serve(failing, {"X-Rustaccel": "off"})
    assert not is_disabled()


@pytest.mark.usefixtures("allowed")
def test_requests_at_the_same_time_do_not_share_it():
    both = asyncio.Event()

    async def aview(request):
        if request.headers["X-Rustaccel"] == "on":
            both.set()
        await both.wait()
        return HttpResponse(str(is_disabled()))

    async def run():
        serving, factory = StockHeaderMiddleware(aview), AsyncRequestFactory()
        requests = [factory.get("/", headers={"X-Rustaccel": way}) for way in ("off", "on")]
        return await asyncio.gather(*map(serving, requests))

    assert [response.content for response in asyncio.run(run())] == [b"True", b"False"]
