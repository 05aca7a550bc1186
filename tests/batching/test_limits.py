"""What a batch is refused for, as a whole and part by part."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from batching.asking import NDJSON, WAYS, Site, chunks
from django_rustaccel.drf.batch import AsyncBatchView, BatchView

both = pytest.mark.parametrize("way", WAYS, ids="-".join)


@both
@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b" ", "JSON parse error - Expecting value: line 1 column 2 (char 1)"),
        (b"", "JSON parse error - Expecting value: line 1 column 1 (char 0)"),
        (b"{", "JSON parse error - Expecting property name"),
        (b'{"requests": [{}', "JSON parse error - "),
        (b'{"requests": [{"a": 1]]}', "JSON parse error - "),
        (b"[{}] 1", "JSON parse error - Extra data"),
        (b"\xff", "JSON parse error - 'utf-8' codec"),
        (b"7", "an object is expected, not int"),
        (b"{}", "requests: a list is expected."),
        (b'{"requests": {}}', "requests: a list is expected."),
        (b'{"requests": [], "x": 1}', "There is no member 'x' of a batch."),
        (b'{"requests": [], "atomic": 1}', "atomic: false, true or 'part' is expected."),
        (b'{"requests": [], "atomic": "all"}', "atomic: false, true or 'part' is expected."),
    ],
)
def test_what_is_no_batch(way, body, detail):
    response = Site(way).post(body)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(detail)


@both
@pytest.mark.parametrize(
    ("part", "detail"),
    [
        (7, "The part is no object: an object is expected, not int."),
        ({}, "path: it is missing."),
        ({"path": 7}, "path: a text that begins with / is expected."),
        ({"path": "x"}, "path: a text that begins with / is expected."),
        ({"path": "http://x/"}, "path: a text that begins with / is expected."),
        ({"path": "/a b"}, "path: ' ' has to be escaped."),
        ({"path": "/a\r\nX: 1"}, "path: '\\r' has to be escaped."),
        ({"path": "/a#b"}, "path: '#' has to be escaped."),
        ({"path": "/echo/", "url": 1}, "There is no member 'url' of a part."),
        ({"path": "/echo/", "method": 7}, "method: the name of a method is expected."),
        ({"path": "/echo/", "method": "GET /"}, "method: the name of a method is expected."),
        ({"path": "/echo/", "id": 1.5}, "id: up to 64 letters, digits, - and _, or a whole"),
        ({"path": "/echo/", "id": -1}, "id: up to 64 letters, digits, - and _, or a whole"),
        ({"path": "/echo/", "id": True}, "id: up to 64 letters, digits, - and _, or a whole"),
        ({"path": "/echo/", "id": "a.b"}, "id: up to 64 letters, digits, - and _, or a whole"),
        ({"path": "/echo/", "id": ""}, "id: up to 64 letters, digits, - and _, or a whole"),
        ({"path": "/echo/", "headers": []}, "headers: an object is expected."),
        ({"path": "/echo/", "headers": {"A": 1}}, "headers: A is no text."),
        ({"path": "/echo/", "headers": {"A": "b\nc"}}, "headers: A has characters that no"),
        ({"path": "/echo/", "headers": {"A B": "c"}}, "headers: 'A B' is no name of a header."),
        ({"path": "/echo/", "headers": {"A_B": "c"}}, "headers: 'A_B' is no name of a header."),
        ({"path": "/echo/", "headers": {"": "c"}}, "headers: '' is no name of a header."),
        ({"path": "/echo/", "refs": 1}, "refs: true or false is expected."),
        ({"path": "/echo/", "body": 1, "encoding": "gzip"}, "body: a text is expected"),
        ({"path": "/echo/", "body": "", "encoding": "gzip"}, "encoding: 'base64' is expected."),
        ({"path": "/echo/", "body": "a", "encoding": "base64"}, "body: it is no base64: "),
        ({"path": "/echo/", "body": "é===", "encoding": "base64"}, "body: it is no base64: "),
        (
            {"path": "/echo/", "body": {}, "headers": {"content-type": "text/plain"}},
            "body: a text is expected, as it is not sent as JSON.",
        ),
    ],
)
def test_a_bad_part_is_answered_and_leaves_the_others(way, part, detail):
    first, second, third = Site(way).ask({"path": "/empty/"}, part, {"path": "/protected/"})
    assert (first["status"], third["body"]) == (204, "fine")
    assert second["status"] == 400
    assert second["headers"] == {"Content-Type": "application/json"}
    assert second["body"]["detail"].startswith(detail)


def test_a_part_that_is_no_json_leaves_the_others():
    batch = b'[{"path": "/empty/"}, {"path" 1}, {"path": "\\ud800"}, {"path": "/empty/"}]'
    answers = Site().post(batch).json()["responses"]
    assert [answer["status"] for answer in answers] == [204, 400, 400, 204]
    detail = answers[1]["body"]["detail"]
    assert detail.startswith("The part is no object: JSON parse error - Expecting ':' delimiter")
    assert "a lone surrogate" in answers[2]["body"]["detail"]


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-For", "x-forwarded-proto", "Forwarded", "X-Real-IP", "Host", "Cookie", "Origin",
     "Referer", "Content-Length", "Transfer-Encoding", "Remote-User", "X-Remote-User",
     "CF-Connecting-IP", "X-Original-URL", "X-HTTP-Method-Override", "Connection", "X-Is-Safe"],
)  # fmt: skip
@override_settings(SECURE_PROXY_SSL_HEADER=("HTTP_X_IS_SAFE", "yes"))
def test_no_part_says_what_proxies_and_browsers_vouch_for(name):
    for value in ("1", None):
        (answer,) = Site().ask({"path": "/echo/", "headers": {name: value}})
        assert answer["status"] == (200 if (name, value) == ("Cookie", None) else 400)


@both
def test_headers_of_the_batch_are_inherited_and_some_replaced(way):
    site = Site(way)
    own = {
        "X-Forwarded-For": "10.0.0.1", "X-Tenant": "a", "Accept": "application/json",
        "Accept-Language": "de", "Authorization": "Token x", "If-Match": "1",
        "Idempotency-Key": "k", "Accept-Encoding": "gzip", "User-Agent": "me",
    }  # fmt: skip
    parts = [
        {"path": "/echo/"},
        {"path": "/echo/", "headers": {"accept-language": "fr", "authorization": None}},
        {"path": "/echo/", "headers": {"X-Tenant": "b"}},
        {"path": "/echo/", "headers": {"X-New": "c"}},
    ]
    plain, changed, refused, new = site.post(parts, **own).json()["responses"]
    inherited = {
        "X-Forwarded-For": "10.0.0.1", "X-Tenant": "a", "Accept-Language": "de",
        "Authorization": "Token x", "User-Agent": "me",
    }  # fmt: skip
    plain["body"]["headers"].pop("Host", None)
    changed["body"]["headers"].pop("Host", None)
    assert plain["body"]["headers"] == inherited
    assert changed["body"]["headers"] == {
        "X-Forwarded-For": "10.0.0.1", "X-Tenant": "a", "Accept-Language": "fr", "User-Agent": "me"
    }  # fmt: skip
    assert refused["body"]["detail"] == "headers: X-Tenant is what the batch says."
    assert new["body"]["headers"]["X-New"] == "c"


@both
def test_count_and_sizes(way):
    site, small = Site(way), "/small/"
    assert site.post([{"path": "/empty/"}] * 4, small).status_code == 400
    assert site.post([{"path": "/empty/"}] * 4, small).json()["detail"].endswith("have 3 parts.")
    large = site.post([{"path": "/empty/", "body": "x" * 2000}], small)
    assert (large.status_code, large.json()) == (413, {"detail": "The batch is too large."})
    big, deep, fine = site.ask(
        {"path": "/echo/", "body": "x" * 100},
        {"path": "/echo/", "body": [[[[]]]]},
        {"path": "/echo/", "body": [[["x" * 90]]]},
        view=small,
    )
    assert (big["status"], big["body"]["detail"]) == (413, "The body has more than 100 bytes.")
    assert (deep["status"], deep["body"]["detail"]) == (400, "The body is more than 3 levels deep.")
    assert fine["status"] == 200


@both
def test_an_answer_that_does_not_end(way):
    endless, fine = Site(way).ask({"path": "/endless/"}, {"path": "/empty/"}, view="/small/")
    assert (endless["status"], endless["body"]) == (500, {"detail": "The answer is too large."})
    assert fine["status"] == 204


@both
def test_answers_that_are_too_large_together(way):
    large = {"path": "/raw/?hex=31&times=3000"}
    first, second, third = Site(way).ask(large, large, {"path": "/stream/"}, view="/small/")
    assert (first["status"], third["status"]) == (200, 200)
    assert (second["status"], second["body"]) == (500, {"detail": "The answer is too large."})


def test_a_million_parts_are_not_made():
    response = Site().post(b"[" + b"{}," * 800_000 + b"{}]")
    assert (response.status_code, response.json()["detail"]) == (400, "A batch may have 100 parts.")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_django_s_own_limit():
    response = Site().post([{"path": "/empty/", "body": "x" * 100}])
    assert response.status_code == 413


def test_a_body_of_a_million_levels():
    deep = b"[" * 400_000 + b"]" * 400_000
    response = Site().post(b'[{"path": "/echo/", "body": ' + deep + b'}, {"path": "/empty/"}]')
    assert [answer["status"] for answer in response.json()["responses"]] == [400, 204]
    response = Site().post(b'[{"path": "/echo/", "x": ' + deep + b'}, {"path": "/empty/"}]')
    assert [answer["status"] for answer in response.json()["responses"]] == [400, 204]
    assert Site().post(b"[" * 100_000).status_code == 400


@both
def test_a_batch_in_a_batch(way):
    site = Site(way)

    def within(view, body):
        return {"method": "POST", "path": view, "body": body}

    inner = [{"path": "/protected/"}]
    (refused,) = site.ask(within("/batch/", inner))
    assert (refused["status"], refused["body"]["detail"]) == (
        400,
        "A batch may not be in a batch here.",
    )
    (allowed,) = site.ask(within("/nested/", inner), view="/nested/")
    assert allowed["body"]["responses"][0]["body"] == "fine"
    (twice,) = site.ask(within("/nested/", [within("/nested/", inner)]), view="/nested/")
    assert twice["body"]["responses"][0]["status"] == 400
    # Each view has its own say.
    (mixed,) = site.ask(within("/batch/", inner), view="/nested/")
    assert mixed["status"] == 400


@both
def test_other_types_and_methods(way):
    site = Site(way)
    assert site.send("POST", site.view, b"[]", "text/plain").status_code == 415
    assert site.send("GET", site.view).status_code == 405
    assert site.send("OPTIONS", site.view).status_code == 200
    assert site.send("POST", site.view, b"[]", "application/json; charset=utf-8").status_code == 200
    assert site.send("POST", site.view, b"[]", accept="text/html").status_code == 406


@both
def test_errors_of_a_batch_as_a_line(way):
    response = Site(way).post(b"7", accept=NDJSON)
    assert (response.status_code, response["Content-Type"]) == (400, NDJSON)
    assert response.content.endswith(b"\n")
    assert json.loads(response.content) == {"detail": "an object is expected, not int"}


@both
def test_lines_of_an_empty_batch(way):
    assert chunks(Site(way).post([], accept=NDJSON)) == []


@pytest.mark.parametrize("view", [BatchView, AsyncBatchView])
@pytest.mark.parametrize(
    "options",
    [
        {"max_parts": 0}, {"max_parts": "9"}, {"max_parts": True}, {"max_parts": None},
        {"max_bytes": 0}, {"max_part_bytes": -1}, {"max_answer_bytes": 1.5}, {"max_depth": -1},
        {"max_nesting": -1}, {"concurrency": 0}, {"databases": ("nowhere",)},
    ],
)  # fmt: skip
def test_limits_that_are_none(view, options):
    with pytest.raises(ImproperlyConfigured, match=next(iter(options))):
        view.as_view(**options)


def test_a_mounted_site():
    with override_settings(FORCE_SCRIPT_NAME="/app"):
        inside, outside = Site().ask({"path": "/app/echo/"}, {"path": "/echo/"})
    assert inside["body"]["path"] == "/app/echo/"
    assert (outside["status"], outside["body"]) == (
        400,
        {"detail": "path: the path is not below /app/."},
    )


@both
def test_paths_that_a_batch_does_not_lead_to(way):
    fine, refused, escaped, told = Site(way).ask(
        {"path": "/echo/a/"},
        {"path": "/protected/"},
        {"path": "/%65cho%2F..%2Fprotected/"},
        {"path": "/{1.body.text}/"},
        view="/inside/",
    )
    assert (fine["status"], refused["status"], told["status"]) == (200, 403, 403)
    assert refused["body"] == {"detail": "path: a batch does not lead to /protected/."}
    assert escaped["status"] == 404
