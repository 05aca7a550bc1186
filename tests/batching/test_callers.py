"""Who calls: credentials, sessions and CSRF tokens of a batch are those of its parts."""

from base64 import b64encode

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory, override_settings
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from batching.asking import WAYS, Site
from django_rustaccel.drf.batch import BatchView
from django_rustaccel.subrequests import Call, caller_of

both = pytest.mark.parametrize("way", WAYS, ids="-".join)
WHO = {"path": "/whoami/"}


@pytest.fixture(autouse=True)
def users(db):
    for name in ("ann", "bob"):
        User.objects.create_user(name, password=f"{name}'s")


def basic(name):
    return "Basic " + b64encode(f"{name}:{name}'s".encode()).decode()


def logged_in(way, **options):
    site = Site(way, **options)
    site.client.force_login(User.objects.get(username="ann"))
    return site


@both
@pytest.mark.parametrize("header", ["Token ann", basic("ann")], ids=["token", "basic"])
def test_credentials_of_the_batch(way, header):
    site = Site(way)
    answers = site.post([WHO, {"path": "/private/"}], authorization=header).json()["responses"]
    assert [answer["body"]["user"] for answer in answers] == ["ann", "ann"]
    own = [
        {**WHO, "headers": {"Authorization": "Token bob"}},
        {**WHO, "headers": {"authorization": None}},
        {**WHO, "headers": {"Authorization": "Token nobody"}},
        {"path": "/private/"},
    ]
    bob, nobody, wrong, ann = site.post(own, authorization=header).json()["responses"]
    assert (bob["body"]["user"], nobody["body"]["user"], ann["body"]["user"]) == ("bob", "", "ann")
    assert wrong["status"] in (401, 403)


@both
def test_without_credentials(way):
    who, private = Site(way).ask(WHO, {"path": "/private/"})
    assert who["body"]["user"] == ""
    assert private["status"] == Site(way).send("GET", "/private/").status_code


@both
def test_a_batch_view_has_permissions_of_its_own(way):
    site = Site(way)
    view = site.view.replace("batch", "guarded")
    assert site.post([WHO], view).status_code in (401, 403)
    assert site.post([WHO], view, authorization="Token ann").status_code == 200


@both
def test_the_session(way):
    site = logged_in(way)
    who, count, again, without = site.ask(
        WHO, {"path": "/count/"}, {"path": "/count/"}, {**WHO, "headers": {"Cookie": None}}
    )
    assert who["body"]["user"] == "ann"
    assert without["body"]["user"] == ""
    assert (count["body"], again["body"]) == ({"count": 1}, {"count": 2})
    assert site.send("GET", "/count/").json() == {"count": 3}


@both
def test_cookies_are_set_by_the_batch_and_do_not_stand_in_its_body(way):
    response = logged_in(way).post([{"path": "/count/"}])
    assert response.cookies["seen"].value == "1"
    assert response.cookies["seen"]["httponly"]
    assert b"Set-Cookie" not in response.content
    assert b"sessionid" not in response.content


@both
@pytest.mark.parametrize("always", [False, True])
def test_coming_and_going(way, always):
    with override_settings(SESSION_SAVE_EVERY_REQUEST=always):
        site = Site(way)
        site.ask({"method": "POST", "path": "/enter/", "body": "bob"})
        assert site.send("GET", "/whoami/").json()["user"] == "bob"
        site.ask({"path": "/count/"})
        assert site.send("GET", "/count/").json() == {"count": 2}
        site.ask({"method": "POST", "path": "/enter/", "body": "ann"})
        assert site.send("GET", "/whoami/").json()["user"] == "ann"
        site.ask({"method": "POST", "path": "/leave/"})
        assert site.send("GET", "/whoami/").json()["user"] == ""


@both
def test_csrf_tokens(way):
    site = logged_in(way, enforce_csrf_checks=True)
    token = "a" * 32
    site.client.cookies["csrftoken"] = token
    post = {"method": "POST", "path": "/protected/"}
    api = {"method": "POST", "path": "/whoami/"}
    view = site.view.replace("batch", "open")
    for sent, statuses in [({}, [403, 403]), ({"x-csrftoken": token}, [200, 200])]:
        answers = site.post([post, api], view, **sent).json()["responses"]
        assert [answer["status"] for answer in answers] == statuses
        alone = site.send("POST", "/protected/", **sent)
        assert alone.status_code == statuses[0]
    own = {**post, "headers": {"X-CSRFToken": token}}
    (answer,) = site.ask(own, view=view)
    assert answer["status"] == 200
    (answer,) = site.ask({**post, "headers": {"X-CSRFToken": "b" * 32}}, view=view)
    assert answer["status"] == 403


@both
def test_csrf_of_the_batch_itself(way):
    site = logged_in(way, enforce_csrf_checks=True)
    site.client.cookies["csrftoken"] = "a" * 32
    view = site.view.replace("batch", "guarded")
    assert site.post([WHO], view).status_code == 403
    assert site.post([WHO], view, **{"x-csrftoken": "a" * 32}).status_code == 200


@both
def test_a_form_of_another_site_sends_no_batch(way):
    site = logged_in(way)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert site.send("POST", site.view, b"[]", kind).status_code == 415


def test_a_token_that_a_view_makes_is_not_made_again():
    site = Site()
    response = site.post([{"path": "/empty/"}, {"path": "/protected/"}])
    assert "csrftoken" not in response.cookies


def test_clients_of_rest_framework():
    client = APIClient()
    client.force_authenticate(User.objects.get(username="ann"))
    response = client.post("/batch/", [WHO], format="json")
    assert response.json()["responses"][0]["body"]["user"] == "ann"


def test_requests_of_a_factory_pass_the_middleware_too():
    request = APIRequestFactory().post("/batch/", [WHO, {"path": "/count/"}], format="json")
    force_authenticate(request, User.objects.get(username="ann"))
    response = BatchView.as_view()(request)
    assert b'"user":"ann"' in response.content
    assert response.cookies["seen"].value == "1"


def test_what_middleware_noted_of_the_batch_is_not_said_of_a_part():
    outer = RequestFactory().post("/batch/", b"[]", "application/json", HTTP_X_A="b")
    outer.META.update(CSRF_COOKIE="x", CSRF_COOKIE_NEEDS_UPDATE=True, REQUEST_URI="/batch/")
    inner = caller_of(outer).request(Call("GET", "/tags/?a=1", {}))
    assert not {"CSRF_COOKIE", "CSRF_COOKIE_NEEDS_UPDATE", "CONTENT_LENGTH"} & set(inner.META)
    assert (inner.META["HTTP_X_A"], inner.META["REQUEST_URI"]) == ("b", "/tags/?a=1")
    assert outer.META["REQUEST_URI"] == "/batch/"
