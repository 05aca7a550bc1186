"""What an earlier part was answered, in bodies, paths and headers of later ones."""

import json

import pytest

from batching.asking import Site
from bookshop.models import Tag


def hexed(body):
    return f"/raw/?hex={body.encode().hex()}"


def sent(site, answer, **part):
    """What a second part sends after the first was answered with a JSON text."""
    first, second = site.ask({"id": "1", "path": hexed(answer)}, {"path": "/echo/", **part})
    assert first["status"] == 200
    return second


def test_a_made_object_is_used():
    Tag.objects.create(name="other", colour="blue")
    made, read, changed, gone = Site().ask(
        {"id": "1", "method": "POST", "path": "/tags/", "body": {"name": "a", "colour": "red"}},
        {"path": "/tags/{1.body.id}/"},
        {
            "method": "PUT",
            "path": "/tags/{1.body.id}/",
            "body": {"name": "b", "colour": {"$ref": "1.body.colour"}},
        },
        {"method": "DELETE", "path": "/tags/{3.body.id}/"},
    )
    assert (made["status"], read["body"]) == (201, made["body"])
    assert changed["body"] == {**made["body"], "name": "b"}
    assert gone["status"] == 204
    assert not Tag.objects.filter(colour="red").exists()


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("1.body", '{"a": [1.10, {"b": "x\\u00e9"}], "n": null, "k": 1, "k": 2}'),
        ("1.body.a", '[1.10, {"b": "x\\u00e9"}]'),
        ("1.body.a.0", "1.10"),
        ("1.body.a.1.b", '"x\\u00e9"'),
        ("1.body.n", "null"),
        ("1.body.k", "2"),
        ("1.status", "200"),
        ("1.headers.Content-Type", '"application/json"'),
        ("1.headers.content-type", '"application/json"'),
    ],
)
def test_values_in_bodies_are_what_was_written(reference, expected):
    answer = '{"a": [1.10, {"b": "x\\u00e9"}], "n": null, "k": 1, "k": 2}'
    body = {"all": [{"$ref": reference}, {"$ref": reference, "x": 1}, {"a": "$ref"}]}
    second = sent(Site(), answer, method="POST", body=body)
    others = json.dumps(body["all"][1:])[1:]
    assert second["body"]["body"] == f'{{"all": [{expected}, {others}}}'


def test_a_body_that_is_a_reference():
    second = sent(Site(), '[1,  "a"]', method="POST", body={"$ref": "1.body"})
    assert second["body"]["body"] == '[1,  "a"]'
    assert second["body"]["headers"]["Content-Length"] == "9"


def test_texts_in_paths_are_escaped():
    second = sent(Site(), '{"a": "x/y ?&\\u00e9"}', path="/echo/?q={1.body.a}&r={1.body.a}")
    assert second["body"]["query"] == {"q": ["x/y ?&é"], "r": ["x/y ?&é"]}
    second = sent(Site(), '{"a": "../x"}', path="/echo/{1.body.a}/")
    assert second["status"] == 404


@pytest.mark.parametrize(("value", "text"), [("7", "7"), ("1.10", "1.10"), ("true", "true")])
def test_numbers_and_booleans_in_paths(value, text):
    assert sent(Site(), f"[{value}]", path="/echo/{1.body.0}/")["body"] == {"text": text}


def test_headers():
    headers = {
        "Authorization": "Bearer {1.body.token}",
        "X-One": {"$ref": "1.body.token"},
        "X-Braces": '{"a": {b} {1} {1.nothing} {}',
    }
    seen = sent(Site(), '{"token": "abc"}', headers=headers)["body"]["headers"]
    assert seen["Authorization"] == "Bearer abc"
    assert seen["X-One"] == "abc"
    assert seen["X-Braces"] == headers["X-Braces"]


@pytest.mark.parametrize(
    "value", ['"a\\r\\nX-Evil: 1"', '"a\\u0000"', '"\\u20ac"'], ids=["lines", "null", "euro"]
)
def test_no_header_is_smuggled_in(value):
    second = sent(Site(), f"[{value}]", headers={"X-A": "{1.body.0}"})
    assert second["status"] == 400
    assert second["body"]["detail"] == "headers: X-A has characters that no header has."


def test_references_can_be_turned_off():
    body = {"$ref": "#/definitions/a"}
    second = sent(Site(), "{}", method="POST", path="/echo/?{1.body}", body=body, refs=False)
    assert json.loads(second["body"]["body"]) == body
    assert second["body"]["query"] == {"{1.body}": [""]}


@pytest.mark.parametrize(
    ("reference", "status", "detail"),
    [
        ("2.body", 400, "2.body: there is no earlier part '2'."),
        ("3.body", 400, "3.body: there is no earlier part '3'."),
        ("x.body.id", 400, "x.body.id: there is no earlier part 'x'."),
        ("1", 400, "'1' is no reference such as '1.body.id'."),
        ("1.cookies", 400, "'1.cookies' is no reference"),
        ("1.body.", 400, "'1.body.' is no reference"),
        ("1.headers", 400, "'1.headers' is no reference"),
        ("1.status.x", 400, "'1.status.x' is no reference"),
        ("#/definitions/a", 400, "'#/definitions/a' is no reference"),
        ("", 400, "'' is no reference"),
        ("1.body.b", 424, "1.body.b: nothing is there."),
        ("1.body.a.3", 424, "1.body.a.3: nothing is there."),
        ("1.body.a.-1", 424, "1.body.a.-1: nothing is there."),
        ("1.headers.etag", 424, "1.headers.etag: nothing is there."),
    ],
)
def test_bad_references(reference, status, detail):
    first, second, third = Site().ask(
        {"id": 1, "path": hexed('{"a": [1]}')},
        {"id": 2, "method": "POST", "path": "/echo/", "body": [{"$ref": reference}]},
        {"id": 3, "path": "/empty/"},
    )
    assert (first["status"], third["status"]) == (200, 204)
    assert second["status"] == status
    assert second["body"]["detail"].startswith(detail)


@pytest.mark.parametrize("value", ["null", "[1]", '{"a": 1}', '"\\ud800"'])
def test_what_is_no_text_does_not_go_into_a_path(value):
    second = sent(Site(), f"[{value}]", path="/echo/{1.body.0}/")
    assert second["status"] == 424
    assert second["body"]["detail"].startswith("1.body.0: ")


@pytest.mark.parametrize(
    "path", ["/tags/99/", "/boom/", "/raw/?type=text/plain&hex=ff", "/empty/", "/raw/"]
)
def test_answers_without_what_is_meant(path):
    first, second, third = Site().ask(
        {"path": path},
        {"method": "POST", "path": "/echo/", "body": {"$ref": "1.body.id"}},
        {"method": "POST", "path": "/echo/", "body": {"$ref": "1.status"}},
    )
    assert second["status"] == 424
    assert third["body"]["body"] == str(first["status"])
    if first["status"] >= 400:
        assert second["body"]["detail"] == "1.body.id: part 1 failed."


def test_a_text_answer_is_a_text():
    first, second = Site().ask(
        {"path": "/raw/?type=text/plain&hex=61"},
        {"path": "/echo/{1.body}/"},
    )
    assert (first["body"], second["body"]) == ("a", {"text": "a"})


def test_a_reference_that_is_no_text():
    (answer,) = Site().ask({"method": "POST", "path": "/echo/", "body": {"$ref": 1}})
    assert json.loads(answer["body"]["body"]) == {"$ref": 1}
    (answer,) = Site().ask({"path": "/echo/", "headers": {"X-A": {"$ref": 1}}})
    assert answer["status"] == 400


def test_references_to_parts_of_one_name_mean_the_first():
    answers = Site().ask(
        {"id": "a", "path": hexed("[1]")},
        {"id": "a", "path": hexed("[2]")},
        {"path": "/echo/{a.body.0}/"},
    )
    assert [answer["status"] for answer in answers] == [200, 400, 200]
    assert answers[1]["body"]["detail"] == "id: 'a' is an earlier part."
    assert answers[2]["body"] == {"text": "1"}


def test_references_do_not_blow_a_body_up():
    big = json.dumps("x" * 80)
    _, second = Site().ask(
        {"path": hexed(big)},
        {"method": "POST", "path": "/echo/", "body": [{"$ref": "1.body"}] * 3},
        view="/small/",
    )
    assert second["status"] == 413
