"""The answer to a part is the answer to the same request on its own."""

import json
from base64 import b64encode

import pytest

from batching.asking import NDJSON, WAYS, Site, body_of, chunks
from bookshop.models import Tag

pytestmark = pytest.mark.parametrize("way", WAYS, ids="-".join)

#: Headers of the answer that do not concern what was asked.
ALONE = ("X-Instance", "Set-Cookie")


def same(site, method, path, body=b"", content_type="application/json", part=None, **headers):
    """Ask once alone and once in a batch, and compare; returns the answer."""
    alone = site.send(method, path, body, content_type, **headers)
    asked = {"method": method, "path": path, "headers": headers, **(part or {})}
    (answer,) = site.ask(asked)
    content = b"".join(alone.streaming_content) if alone.streaming and not alone.is_async else None
    content = alone.content if content is None and not alone.streaming else content
    assert answer["status"] == alone.status_code
    assert answer["headers"] == dict(alone.items())
    if content is not None and alone.get("Content-Type") == "application/json":
        assert json.dumps(answer["body"]) == json.dumps(json.loads(content))
    elif content is not None:
        assert body_of(answer) == content
    return answer


@pytest.mark.parametrize(
    "path",
    [
        "/tags/", "/tags/?format=json", "/tags/1/", "/tags/999999/", "/nowhere/", "/whoami/",
        "/private/", "/echo/?a=1&a=2&b=%C3%A9%20+", "/echo/", "/protected/", "/unchanged/",
        "/empty/",
        "/echo/caf%C3%A9%2Fx/", "/echo/a%20b/?q=\u20ac", "/stream/", "/tags",
        "/echo/{}/?x={1}", "//echo/",
    ],
)  # fmt: skip
def test_get(way, path):
    Tag.objects.create(pk=1, name="a", colour="red")
    same(Site(way), "GET", path)


def test_characters_that_a_url_escapes(way):
    (answer,) = Site(way).ask({"path": "/echo/caf\u00e9/"})
    assert answer["body"] == {"text": "caf\u00e9"}


def test_methods_and_bodies(way):
    site = Site(way)
    body = json.dumps({"name": "é", "colour": "red", "x": 1.1}).encode()
    answer = same(site, "POST", "/echo/", body, part={"body": json.loads(body)})
    assert answer["body"]["headers"]["Content-Type"] == "application/json"
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        same(site, method, "/tags/1/", b'{"name": 1}', part={"body": {"name": 1}})


def test_a_body_goes_on_byte_by_byte(way):
    raw = b'{"a":  "\\u00e9\xc3\xa9" ,\n "n": [1.10, 1E2, 123456789012345678901], "d": 1, "d": 2}'
    batch = b'{"requests": [{"method": "POST", "path": "/echo/", "body": ' + raw + b"}]}"
    (answer,) = Site(way).post(batch).json()["responses"]
    assert answer["body"]["body"].encode("latin-1") == raw
    assert answer["body"]["headers"]["Content-Length"] == str(len(raw))


@pytest.mark.parametrize("body", [b'{"a": NaN}', b'{"a" 1}', b'"\\ud800"', b"[" * 60 + b"]" * 60])
def test_a_body_that_is_no_plain_json_is_for_the_view_to_refuse(way, body):
    site = Site(way)
    batch = b'[{"method": "POST", "path": "/tags/", "body": ' + body + b'}, {"path": "/empty/"}]'
    first, second = site.post(batch).json()["responses"]
    alone = site.send("POST", "/tags/", body)
    assert (first["status"], first["body"]) == (alone.status_code, alone.json())
    assert first["status"] == 400
    assert second["status"] == 204


def test_writing(way):
    site = Site(way)
    first, second, third = site.ask(
        {"method": "post", "path": "/tags/", "body": {"name": "new", "colour": "red"}},
        {"path": "/tags/"},
        {"method": "POST", "path": "/tags/", "body": {"name": "new", "colour": "red"}},
    )
    assert (first["status"], second["body"], third["status"]) == (201, [first["body"]], 400)
    assert third["body"] == {"name": ["tag with this name already exists."]}


def test_forms_texts_and_files(way):
    site = Site(way)
    form = "application/x-www-form-urlencoded"
    header = {"content-type": form}
    answer = same(
        site, "POST", "/echo/", b"a=1&b=%20", form, {"body": "a=1&b=%20", "headers": header}
    )
    assert answer["body"]["form"] == {"a": ["1"], "b": [" "]}

    content = bytes(range(256))
    encoded = {"body": b64encode(content).decode(), "encoding": "base64"}
    header = {"Content-Type": "image/png", "Content-Disposition": "attachment; filename=a.png"}
    (answer,) = site.ask({"method": "POST", "path": "/upload/", "headers": header, **encoded})
    assert answer["body"]["files"] == {"file": content.hex()}

    body = "--x\r\nContent-Disposition: form-data; name=f; filename=a\r\n\r\né\r\n--x--\r\n"
    header = {"Content-Type": "multipart/form-data; boundary=x"}
    (answer,) = site.ask({"method": "POST", "path": "/upload/", "headers": header, "body": body})
    assert answer["body"]["files"] == {"f": "é".encode().hex()}


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("application/json", b' {"a": 1.10}\n', {"a": 1.10}),
        ("application/problem+json; charset=UTF-8", b"[]", []),
        ("application/json", b'{"a": NaN}', '{"a": NaN}'),
        ("application/json", b'{"a": 1', '{"a": 1'),
        ("application/json", b'"\\ud800"', "\ud800"),
        ("application/json", b"\xff", None),
        ("application/json", b"", None),
        ("application/json; charset=latin-1", b'"\xe9"', '"é"'),
        ("text/html; charset=utf-8", "<é>\u2028".encode(), "<é>\u2028"),
        ("text/plain; charset=latin-1", b"\xe9", "é"),
        ("text/plain; charset=nonsense", b"abc", None),
        ("text/plain", b"\xff\xfe", None),
        ("application/xml", b"<a/>", "<a/>"),
        ("image/png", b"\x89PNG\r\n\x00", None),
        ("application/json", b"[" * 300 + b"]" * 300, None),
    ],
)
def test_forms_of_answers(way, kind, body, expected):
    path = f"/raw/?hex={body.hex()}&type={kind.replace('+', '%2B').replace(' ', '%20')}"
    answers = Site(way).ask({"path": path}, {"path": "/empty/"})
    assert len(answers) == 2
    assert answers[0]["headers"]["Content-Type"] == kind
    assert answers[0]["headers"]["X-Odd"] == site_header(way)
    if expected is not None:
        assert answers[0]["body"] == expected
    elif kind == "application/json" and body[:1] == b"[":
        assert json.dumps(answers[0]["body"]).encode() == body
    else:
        assert body_of(answers[0]) == body


def test_the_name_of_a_header_is_spelled_as_the_view_spells_it(way):
    (answer,) = Site(way).ask({"path": "/raw/?hex=5b5d&small=1"})
    assert answer["headers"]["content-type"] == "application/json"
    assert answer["body"] == []


def site_header(way):
    response = Site(way).send("GET", "/raw/")
    return response["X-Odd"]


def test_the_bytes_of_an_answer_stand_in_the_envelope(way):
    body = b'{"a":  1.10,\n"b": [ ]}'
    response = Site(way).post([{"path": f"/raw/?hex={body.hex()}"}])
    assert body in response.content
    lines = Site(way).post([{"path": f"/raw/?hex={body.hex()}"}], accept=NDJSON)
    (line,) = chunks(lines)
    assert body.replace(b"\n", b" ") in line
    assert line.count(b"\n") == 1


def test_streams(way):
    stream, astream, broken, file = Site(way).ask(
        {"path": "/stream/"}, {"path": "/astream/"}, {"path": "/broken/"}, {"path": "/file/"}
    )
    assert (stream["body"], astream["body"]) == ([1, 2, 3], {"a": 1})
    assert (broken["status"], broken["body"]) == (500, {"detail": "The answer broke off."})
    assert "A site with every kind" in body_of(file).decode()


def test_head_and_statuses_without_a_body(way):
    site = Site(way)
    head, empty, unchanged = site.ask(
        {"method": "HEAD", "path": "/echo/"}, {"path": "/empty/"}, {"path": "/unchanged/"}
    )
    assert (head["status"], head["body"]) == (200, None)
    assert int(head["headers"].get("Content-Length", "1")) > 0
    assert [empty["status"], unchanged["status"]] == [204, 304]
    assert empty["body"] is unchanged["body"] is None


def test_an_exception_in_a_view_is_the_part_s_own(way):
    first, second = Site(way).ask({"path": "/boom/"}, {"path": "/protected/"})
    assert first["status"] == 500
    assert second["body"] == "fine"


def test_sync_and_async_views(way):
    answers = Site(way).ask(
        {"path": "/echo/", "method": "POST", "body": 1},
        {"path": "/aecho/", "method": "POST", "body": 2},
    )
    assert [answer["body"]["body"] for answer in answers] == ["1", "2"]


def test_ids(way):
    answers = Site(way).ask(
        {"path": "/empty/"}, {"id": 7, "path": "/empty/"}, {"id": "a-_9", "path": "/empty/"}
    )
    assert [answer["id"] for answer in answers] == [1, 7, "a-_9"]


def test_an_empty_batch(way):
    assert Site(way).ask() == []


def test_lines_in_turn_and_as_they_finish(way):
    parts = [{"id": n, "path": f"/slow/{n}/"} for n in (60, 30, 1)]
    ids = [line["id"] for line in Site(way).lines(*parts)]
    assert ids == ([60, 30, 1] if way[0] == "wsgi" else [1, 30, 60])


def test_lines_wait_for_what_they_refer_to(way):
    lines = Site(way).lines(
        {"id": "a", "path": "/slow/30/"},
        {"id": "b", "path": "/slow/{a.body.slept}/"},
        {"id": "c", "path": "/slow/1/"},
        {"id": "d", "path": "/slow/{b.body.slept}/"},
    )
    ids = [line["id"] for line in lines]
    assert ids == (list("abcd") if way[0] == "wsgi" else list("cabd"))
    assert all(line["status"] == 200 for line in lines)
