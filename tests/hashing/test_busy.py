"""The middleware that the documentation gives answers for a busy site."""

from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import path

from django_rustaccel.exceptions import HashingBusyError

DOCUMENT = Path(__file__).parents[2] / "docs" / "hashers.md"
CODE = next(
    block.partition("```")[0]
    for block in DOCUMENT.read_text().split("```python\n")
    if "class BusyMiddleware" in block
)
exec(CODE)


def busy(request):
    raise HashingBusyError


def broken(request):
    raise LookupError


urlpatterns = [
    path("busy/", busy),
    path("broken/", broken),
    path("fine/", lambda request: HttpResponse("fine")),
]


@pytest.fixture
def client():
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.BusyMiddleware"]):
        yield Client()


def test_a_busy_site_answers_503(client):
    response = client.get("/busy/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_everything_else_is_left_alone(client):
    assert client.get("/fine/").content == b"fine"
    with pytest.raises(LookupError):
        client.get("/broken/")
