"""Rows of request bodies: which are read at once, which later, and what holds the memory."""

import gc
import json
import sys
import threading
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_rustaccel.core import bodies
from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from django_rustaccel.drf.parsers import JSONParser
from drf.unread import PLAIN, ROW, parsed, unread
from engines import describe, running
from json_values import documents, json_scalars, text

UNSURE = object()


@pytest.mark.parametrize("body", ["{}", "{ }", "[{}]", "[ { } ]"])
def test_an_object_without_entries_is_read_at_once(body):
    value = parsed(body)
    assert type(value[0] if value == [{}] else value) is dict
    assert json.dumps(value, indent=1) == json.dumps(json.loads(body), indent=1)


@given(documents)
def test_any_document(value):
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    read = bodies.loads(body, UNSURE)
    assert read is UNSURE or describe(read) == describe(json.loads(body))


@given(st.lists(st.dictionaries(text, json_scalars, max_size=4), max_size=5), st.randoms())
def test_rows_in_any_order(rows, random):
    try:
        body = json.dumps(rows).encode()
        expected = [json.loads(json.dumps(row).encode()) for row in rows]
    except UnicodeEncodeError:
        return
    read = bodies.loads(body, UNSURE)
    order = list(range(len(rows)))
    random.shuffle(order)
    for number in () if read is UNSURE else order:
        assert describe(read[number]) == describe(expected[number])


@pytest.mark.parametrize(
    "body",
    ["[]", "null", "1", '"{}"', "[1]", "[[{}]]", '[{"a": 1}, 2]', '[2, {"a": 1}]'],
)
def test_what_is_read_at_once(body):
    value = parsed(body)
    assert type(value) is type(json.loads(body))
    if isinstance(value, list):
        assert UnreadRow not in map(type, value)
    assert value == json.loads(body)


def test_a_list_of_rows_is_a_list():
    rows = parsed(f'[{ROW}, {{"n": 2}}, {{"n": 0}}]')
    assert type(rows) is UnreadRows
    assert isinstance(rows, list)
    rows.append({"n": 5})
    assert type(rows) is list
    assert type(rows[0]) is dict
    rows.append(rows[1])
    del rows[0]
    rows.sort(key=lambda row: row["n"])
    assert rows == [{"n": 0}, {"n": 2}, {"n": 2}, {"n": 5}]
    assert rows[1] is rows[2]


def test_rows_share_the_names_of_keys():
    first, second = parsed('[{"some name": 1, "é": 2}, {"some name": 3, "é": 4}]')
    assert all(one is other for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("dumps", "body"),
    [
        (orjson.dumps, ROW),
        (orjson.dumps, f"[{ROW}]"),
        (lambda row: dict.__repr__(row).encode(), ROW),
        (lambda rows: list.__repr__(rows).encode(), f"[{ROW}]"),
    ],
)
def test_code_that_reads_memory_is_told(dumps, body):
    """orjson refuses a row with the way out in its message; nobody takes it for an empty one."""
    row = unread(body)
    try:
        seen = dumps(row).decode()
    except TypeError as error:
        seen = str(error)
    assert "LAZY_DATA" in seen
    assert type(row) in (UnreadRow, UnreadRows)
    assert orjson.loads(orjson.dumps(row.copy())) == json.loads(body)


def test_the_setting_turns_it_off(settings):
    settings.RUSTACCEL = {**settings.RUSTACCEL, "LAZY_DATA": False}
    assert type(parsed(ROW)) is dict
    assert type(parsed(f"[{ROW}]")[0]) is dict


def test_the_body_is_let_go_when_rows_are_looked_at():
    body = f"[{ROW}, {ROW}, {ROW}]".encode()
    base = sys.getrefcount(body)
    rows = bodies.loads(body, None)
    assert sys.getrefcount(body) == base + 1
    assert rows[0]["n"] == len(rows[1]) - 2 == 1
    assert sys.getrefcount(body) == base
    rows = bodies.loads(body, None)
    del rows
    assert sys.getrefcount(body) == base


@pytest.mark.parametrize(("cls", "body"), [(UnreadRow, ROW), (UnreadRows, f"[{ROW}]")])
def test_no_row_holds_its_class(cls, body):
    base = sys.getrefcount(cls)
    rows = [unread(body) for _ in range(100)]
    assert sys.getrefcount(cls) == base + 100
    for row in rows[:50]:
        len(row)
    assert sys.getrefcount(cls) == base + 50
    del rows, row
    assert sys.getrefcount(cls) == base


def test_cycles_through_rows_are_collected():
    class Flag:
        pass

    row, gone = unread(), []
    flag = Flag()
    flag.__class__.__del__ = lambda self: gone.append(True)
    row["self"], row["flag"] = row, flag
    del row, flag
    gc.collect()
    assert gone == [True]
    rows = unread(f"[{ROW}]")
    rows[0]["rows"], rows[0]["flag"] = rows, Flag()
    del rows
    gc.collect()
    assert gone == [True, True]


def test_looks_of_many_threads():
    rows = parsed("[" + ",".join([ROW] * 300) + "]")
    seen: list[Any] = []
    started = threading.Barrier(4)

    def read() -> None:
        started.wait()
        seen.append([row["deep"]["list"][0] for row in rows])

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [[1.5] * 300] * 4
    assert rows == [PLAIN] * 300


def test_a_collection_inside_a_look():
    """What the garbage collector runs while rows are made may look at them."""
    threshold = gc.get_threshold()
    seen: list[Any] = []
    rows = None
    gc.callbacks.append(lambda phase, info: seen.append(rows[0]["n"] if rows else None))
    gc.set_threshold(1, 1, 1)
    try:
        for _ in range(20):
            rows = parsed("[" + ",".join([ROW] * 50) + "]")
            assert [row["n"] for row in rows] == [1] * 50
            assert rows == [PLAIN] * 50
    finally:
        gc.set_threshold(*threshold)
        gc.callbacks.pop()
    assert 1 in seen


class Numbers(serializers.Serializer):
    n = serializers.IntegerField()
    name = serializers.CharField()


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_data_of_a_request(content_type):
    request = APIRequestFactory().post("/", ROW, content_type=content_type)
    data = Request(request, parsers=[JSONParser()]).data
    assert isinstance(data, dict)
    serializer = Numbers(data=data)
    assert serializer.is_valid()
    assert serializer.validated_data == {"n": 1, "name": "twice"}
    assert data == serializer.initial_data == PLAIN


def test_a_parser_that_changes_what_it_read():
    class Enveloped(JSONParser):
        def parse(self, *args: Any, **kwargs: Any) -> Any:
            value = super().parse(*args, **kwargs)
            value["added"] = True
            return value

    assert parsed(ROW, Enveloped) == {**PLAIN, "added": True}


def test_stock_reads_alike():
    with running("stock"):
        expected = describe(parsed(ROW, parsers.JSONParser))
    assert describe(parsed(ROW)) == expected


@pytest.mark.parametrize("body", [ROW, f"[{ROW}]", '[{"n": 1, "name": {}}]', '{"n": []}'])
@pytest.mark.parametrize("many", [False, True])
def test_errors_of_serializers(body, many):
    """DRF's messages name the type of what they refuse."""
    outcomes = []
    for data in (json.loads(body), parsed(body)):
        serializer = Numbers(data=data, many=many)
        outcomes.append((serializer.is_valid(), describe(serializer.errors)))
    assert outcomes[0] == outcomes[1]


class Reading(APIView):
    """Looks at what was sent, or leaves it alone."""

    permission_classes = authentication_classes = ()
    parser_classes = (JSONParser,)
    kinds: list[type]
    looks: bool

    def post(self, request: Any) -> Response:
        self.kinds.append(type(request.data))
        if self.looks:
            len(request.data)
        return Response()


def kinds_of_bodies(*, looks: bool, count: int, body: str = f"[{ROW}]") -> list[type]:
    view = type("View", (Reading,), {"looks": looks, "kinds": []})
    handle = view.as_view()
    for _ in range(count):
        handle(APIRequestFactory().post("/", body, content_type="application/json"))
    return view.kinds


def test_bodies_of_views_that_look_are_read_at_once():
    at_once = bodies.AT_ONCE
    assert kinds_of_bodies(looks=False, count=40) == [UnreadRows] * 40
    kinds = kinds_of_bodies(looks=True, count=at_once + 3)
    assert kinds == [UnreadRows, *[list] * at_once, UnreadRows, list]
    kinds = kinds_of_bodies(looks=True, count=3, body=ROW)
    assert kinds == [UnreadRow, dict, dict]


@given(st.lists(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "é"]), max_size=12))
def test_objects_with_much_the_same_keys(keys):
    """A new object is begun as a copy of the last one like it."""
    same = {key: number for number, key in enumerate("abcdefgh")}
    odd = "{" + ",".join(f'"{key}": {number + 50}' for number, key in enumerate(keys)) + "}"
    parts = [json.dumps(same), odd, json.dumps(same), odd, odd, json.dumps({"in": [same, {}]})]
    body = f"[{', '.join(parts)}]"
    read = parsed(body)
    assert describe(read) == describe(json.loads(body))
    read[0]["a"] = "changed"
    assert read[2]["a"] == 0
