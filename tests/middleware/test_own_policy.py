"""A policy of the project's own behind Django's driver: what its options come from."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from django_rustaccel import asgi, middleware, wsgi
from django_rustaccel.policies import Policy


class Mark(Policy):
    def __init__(self, value="unset"):
        if not isinstance(value, str):
            raise ValueError("VALUE is no text")
        self.value = value

    def on_response(self, request, response):
        response.headers["X-Mark"] = self.value


class Configured(middleware.PolicyMiddleware):
    policy_class = Mark
    setting = "MARK"


class Plain(middleware.PolicyMiddleware):
    policy_class = Mark


def mark(serving):
    return serving(RequestFactory().get("/"))["X-Mark"]


def serve(cls):
    return cls(lambda request: HttpResponse())


def test_options_are_in_the_setting_and_change_at_once():
    serving = serve(Configured)
    assert mark(serving) == "unset"
    with override_settings(MARK={"VALUE": "a"}):
        assert mark(serving) == "a"
        with override_settings(MARK={"VALUE": "b"}):
            assert mark(serving) == "b"
        assert mark(serving) == "a"
    assert mark(serving) == "unset"


def test_the_policy_is_made_once():
    with override_settings(MARK={"VALUE": "a"}):
        serving = serve(Configured)
        assert serving.policy is serving.policy


@pytest.mark.parametrize(
    "value", [{"VALUE": 1}, {"OTHER": "a"}, {1: "a"}, ["VALUE"], "VALUE"], ids=str
)
def test_wrong_options_keep_a_site_from_starting(value):
    with (
        override_settings(MARK=value),
        pytest.raises(ImproperlyConfigured, match=r"^MARK does not make a policy \("),
    ):
        serve(Configured)


def test_without_a_setting_there_are_no_options():
    with override_settings(RUSTACCEL={"ACCELERATE_DRF": True}):
        assert mark(serve(Plain)) == "unset"


def test_every_driver_is_public():
    for module in (middleware, asgi, wsgi):
        assert "PolicyMiddleware" in module.__all__
