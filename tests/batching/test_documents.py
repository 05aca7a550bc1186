"""Batches of every kind of JSON, taken apart and put together."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batching.asking import Site
from django_rustaccel.core import batching

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
)
keys = st.text(st.characters(codec="utf-8"), max_size=5) | st.sampled_from(["$ref", "body", "a"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def spellings(draw, value=None):
    """A value, and one of the ways to write it."""
    value = draw(values) if value is None else value
    indent = draw(st.sampled_from([None, None, 0, 3]))
    separators = draw(st.sampled_from([None, (",", ":"), (" ,\t", " :\r\n")]))
    ascii_only = draw(st.booleans())
    return value, json.dumps(value, ensure_ascii=ascii_only, indent=indent, separators=separators)


@given(st.lists(st.tuples(spellings(), keys, spellings()), max_size=4), spellings())
def test_what_was_written_is_found(parts, extra):
    written = [
        f'{{ {json.dumps("x" + name)}:{member[1]},"body" : {body[1]} }}'
        for body, name, member in parts
    ]
    for text in (
        f"[{' , '.join(written)}]",
        f'{{"x": {extra[1]}, "requests": [{",".join(written)}], "y": 1}}',
    ):
        calls, members = batching.split(text.encode(), 9)
        assert members == ({} if text[0] == "[" else {"x": extra[0], "y": 1})
        assert [call.body.decode() for call in calls] == [body[1] for body, _, _ in parts]
        assert [call.members for call in calls] == [
            {"x" + name: member[0]} for _, name, member in parts
        ]
        assert [call.depth for call in calls] == [depth(body[0]) for body, _, _ in parts]


def depth(value):
    if isinstance(value, dict) and list(value) == ["$ref"] and isinstance(value["$ref"], str):
        return 0
    if isinstance(value, (list, dict)):
        inner = value.values() if isinstance(value, dict) else value
        return 1 + max(map(depth, inner), default=0)
    return 0


@given(spellings())
def test_every_path_leads_where_it_leads_in_python(spelled):
    value, text = spelled
    for path, expected in walk(value):
        found = batching.look_up(text.encode(), path)
        assert json.loads(found) == expected
        assert found == found.strip()
        assert batching.look_up(text.encode(), [*path, "nothing is here"]) is None


def walk(value, path=()):
    yield list(path), value
    entries = dict(enumerate(value)) if isinstance(value, list) else value
    for key, inner in entries.items() if isinstance(entries, dict) else ():
        yield from walk(inner, (*path, str(key)))


@given(st.text(st.characters(codec="utf-8")), st.integers(100, 599), spellings())
def test_answers_are_json(text, status, spelled):
    value, written = spelled
    headers = [(text, text), ("A", "b")]
    bodies = [
        (written.encode(), True, value), (text, False, text), (None, False, None),
        (b"\xff\x00", False, "/wA="),
    ]  # fmt: skip
    for body, is_json, expected in bodies:
        entry = batching.write_answer('"a"', status, headers, body, is_json, False)
        answer = json.loads(batching.line(entry))
        assert batching.line(entry).count(b"\n") == 1
        assert (answer["id"], answer["status"], answer["body"]) == ("a", status, expected)
        assert answer["headers"] == dict(headers)
    document = json.loads(batching.join([entry, entry]))
    assert document["responses"] == [json.loads(entry)] * 2


def test_a_body_of_another_type_is_refused():
    with pytest.raises(ValueError, match="bytes, str or None"):
        batching.write_answer("1", 200, [], 7, False, False)


@given(st.binary() | values.map(lambda value: json.dumps(value).encode()))
def test_what_is_json_is_what_python_takes_for_it(text):
    try:
        json.loads(text.decode(), parse_constant=refuse)
    except ValueError:
        assert not batching.is_json(text)
    else:
        assert batching.is_json(text)


def refuse(name):
    raise ValueError(name)


@settings(max_examples=30, deadline=None)
@given(st.lists(spellings(), min_size=1, max_size=4))
def test_through_the_view(spelled):
    parts = [
        f'{{"method": "POST", "path": "/echo/", "refs": false, "body": {text}}}'
        for _, text in spelled
    ]
    answers = Site().post(f"[{','.join(parts)}]".encode()).json()["responses"]
    sent = [answer["body"]["body"].encode("latin-1").decode() for answer in answers]
    assert sent == [text for _, text in spelled]
