"""Serializers over the text of a body: what stock makes of it, and no row is made for it."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import parsers, serializers

import django_rustaccel
from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from django_rustaccel.core.jsontext import loads
from engines import describe, running
from json_values import json_scalars, text
from write.values import FIELDS, VALUES
from write.verdicts import with_codes

Make = Callable[[Any], Any]


def verdict(make: Make, body: bytes, engine: str) -> dict[str, Any]:
    """What a serializer says of a body, and what it leaves of the data."""
    with running(engine):
        try:
            data = parsers.JSONParser().parse(io.BytesIO(body))
            serializer = make(data)
            found: dict[str, Any] = {"valid": serializer.is_valid()}
        except Exception as error:
            return {"raised": (type(error), str(error))}
        found["values"] = describe(serializer.validated_data)
        found["errors"] = with_codes(serializer.errors)
        return found | {"left": describe(data)}


def assert_same(make: Make, body: str | bytes) -> dict[str, Any]:
    __tracebackhide__ = True
    body = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    stock = verdict(make, body, "stock")
    assert verdict(make, body, "rustaccel") == stock
    return stock


def texts(values: list[Any]) -> list[str]:
    """The JSON of every value that has one, with and without escapes."""
    found = []
    for value in values:
        try:
            found += [json.dumps(value), json.dumps(value, ensure_ascii=False)]
        except (TypeError, ValueError):
            continue
    return list(dict.fromkeys(found))


JSON_VALUES = texts(VALUES)


def serializer_of(name: str) -> type[serializers.Serializer[Any]]:
    return type("FieldSerializer", (serializers.Serializer,), {"f": FIELDS[name]})


@pytest.mark.parametrize("name", FIELDS)
def test_values(name):
    cls = serializer_of(name)
    for value in JSON_VALUES:
        assert_same(lambda data: cls(data=data), f'{{"f": {value}}}')


@pytest.mark.parametrize("name", FIELDS)
def test_lists(name):
    """All values at once: a bad row costs that row."""
    cls = serializer_of(name)
    rows = [f'{{"f": {value}}}' for value in JSON_VALUES]
    rows = [row for row in rows if has_verdict(cls, row)]
    assert_same(lambda data: cls(data=data, many=True), f"[{', '.join(rows)}]")


def has_verdict(cls: Any, body: str) -> bool:
    """Whether stock has a verdict on a body that is read natively."""
    try:
        plain = loads(body.encode(), None) is not None
    except UnicodeEncodeError:
        return False
    return plain and "raised" not in verdict(lambda data: cls(data=data), body.encode(), "stock")


class Tag(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    weight = serializers.FloatField(required=False)


class Post(serializers.Serializer):
    title = serializers.CharField()
    count = serializers.IntegerField(min_value=0, default=3)
    größe = serializers.DecimalField(5, 2, required=False)  # noqa: PLC2401
    main = Tag(required=False, allow_null=True)
    tags = Tag(many=True, required=False)
    extra = serializers.JSONField(required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)
    hidden = serializers.HiddenField(default="h")
    shown = serializers.CharField(read_only=True)


def one(data: Any) -> Any:
    return Post(data=data)


def many(data: Any) -> Any:
    return Post(data=data, many=True)


BODIES = [
    '{"title": "a"}',
    '{"title": "a", "title": "b", "count": 1, "title": "c"}',
    '{"count": 1, "unknown": {"title": [1]}, "title": " x "}',
    '{"t\\u0069tle": "escaped", "gr\\u00f6ße": "1.5", "größe": 2.25}',
    '{"title": "a", "hidden": "sent", "shown": "sent"}',
    '{"title": "a", "main": null, "tags": []}',
    '{"title": "a", "main": {"weight": 1, "name": "n", "name": "last"}}',
    '{"title": "a", "main": {"name": "too long"}, "tags": [{"name": "x"}, {}, 1, null, []]}',
    '{"title": "a", "tags": {"name": "x"}, "words": "no list", "extra": {"a": [1, {"b": null}]}}',
    '{"title": "a", "extra": [], "words": ["a", "", 1]}',
    '{"title": null, "count": null}',
    '{"title": 1e400, "count": 1.0, "größe": 1e2}',
    '{"title": 12345678901234567890123, "count": 12345678901234567890123}',
    "{}",
    " { } ",
    "[]",
    "1",
    '"title"',
    "null",
    '{"title": "a"',
]


@pytest.mark.parametrize("body", BODIES)
def test_objects(body):
    assert_same(one, body)
    assert_same(many, f"[{body}]")
    assert_same(many, f'[{{"title": "good"}}, {body}, {{"title": "good"}}]')
    assert_same(many, body)
    assert_same(one, f"[{body}]")
    assert_same(lambda data: Post(data=data, partial=True), body)


VALID = '{"title": "a", "main": {"name": "n"}, "tags": [{"name": "t"}], "extra": {"a": 1}}'


@pytest.mark.parametrize("make", [one, many])
def test_no_row_is_made(make):
    body = VALID if make is one else f"[{VALID}, {VALID}]"
    before = django_rustaccel.stats()["write"]["native"]
    data = parsers.JSONParser().parse(io.BytesIO(body.encode()))
    serializer = make(data)
    assert serializer.is_valid()
    assert serializer.validated_data
    assert type(data) is (UnreadRow if make is one else UnreadRows)
    assert serializer.initial_data is data
    assert django_rustaccel.stats()["write"]["native"] == before + 1


def test_a_bad_row_costs_no_other_row():
    data = parsers.JSONParser().parse(io.BytesIO(f'[{VALID}, {{"title": ""}}, 1]'.encode()))
    assert type(data) is list  # One item is no object: all of it is read at once.
    data = parsers.JSONParser().parse(io.BytesIO(f'[{VALID}, {{"title": ""}}]'.encode()))
    assert not many(data).is_valid()
    assert type(data) is UnreadRows


class Meddling(Post):
    """Changes the list, and the rows of it, while it is validated."""

    def validate_title(self, value: str) -> str:
        rows = self.parent.initial_data
        if value == "change":
            rows[0]["title"] = "too late"
            rows[1]["count"] = "41"
            rows[2] = {"title": "another", "count": 7}
            rows.append({"title": "appended"})
        if value == "replace":
            rows[1] = {"title": "unseen"}
        if value == "clear":
            rows.clear()
        return value


@pytest.mark.parametrize("word", ["change", "replace", "clear", "leave"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_list_that_changes_meanwhile(word, place):
    rows = [{"title": "a", "count": 1}, {"title": "b", "count": 2}, {"title": "c", "count": 3}]
    rows[place]["title"] = word
    body = json.dumps([*rows, {"title": "", "count": 4}])
    assert_same(lambda data: Meddling(data=data, many=True), body)


class Looking(Post):
    """Python code between the fields that looks at what was sent."""

    def validate_title(self, value: str) -> str:
        data = self.initial_data
        return f"{value} of {len(data)}"

    def validate(self, attrs: Any) -> Any:
        return attrs | {"keys": list(self.initial_data)}


class Changing(Post):
    def validate_title(self, value: str) -> str:
        self.initial_data["count"] = "12"
        self.initial_data.pop("main", None)
        return value


class OwnValue(Post):
    class Pairs(serializers.CharField):
        def get_value(self, dictionary: Any) -> Any:
            return "-".join(dictionary)

    pairs = Pairs()


class OwnWalk(Post):
    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({**data, "title": "own"})


class OwnRun(Post):
    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation(data) | {"size": len(data)}


@pytest.mark.parametrize("cls", [Looking, Changing, OwnValue, OwnWalk, OwnRun])
def test_code_that_looks(cls):
    for body in BODIES:
        assert_same(lambda data: cls(data=data), body)
    if cls in (OwnValue, OwnWalk, OwnRun):
        for body in BODIES:
            assert_same(lambda data: cls(data=data, many=True), f"[{body}, {VALID}]")


class Wrapped(serializers.Serializer):
    posts = Post(many=True)
    first = Post(required=False)
    note = serializers.DictField(child=serializers.IntegerField(), required=False)


def test_rows_inside_of_an_object():
    for body in BODIES:
        assert_same(lambda data: Wrapped(data=data), f'{{"posts": [{body}, {VALID}]}}')
        assert_same(lambda data: Wrapped(data=data), f'{{"posts": [], "first": {body}}}')
        assert_same(lambda data: Wrapped(data=data), f'{{"posts": [], "note": {body}}}')


names = st.sampled_from([*Post().fields, "weight", "name"]) | text
values = st.recursive(
    json_scalars | st.sampled_from(["a", "1.5", "7", " x ", 3, 2.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)


@given(st.lists(st.tuples(names, values), max_size=8), st.booleans())
def test_any_object(entries, ensure_ascii):
    parts = [
        ": ".join(json.dumps(part, ensure_ascii=ensure_ascii) for part in entry)
        for entry in entries
    ]
    body = "{" + ", ".join(parts) + "}"
    assert_same(one, body)
    assert_same(many, f"[{VALID}, {body}]")
