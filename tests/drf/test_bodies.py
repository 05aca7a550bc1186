"""Rows of a request body are the dicts that stock makes, to whoever looks, however he looks."""

import collections
import copy
import gc
import io
import json
import pickle
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import parsers, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from django_rustaccel.core import bodies
from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from django_rustaccel.drf.parsers import JSONParser
from engines import describe, running
from json_values import documents, json_scalars, text

UNSURE = object()

ROW = '{"name": "é", "n": 1, "deep": {"list": [1.5, null, {"x": true}]}, "name": "twice"}'
PLAIN = json.loads(ROW)

#: Every way to look at a dict, as `look(row, other)`.
LOOKS: list[Callable[[Any, Any], Any]] = [
    lambda row, other: row["n"],
    lambda row, other: row["missing"],
    lambda row, other: row.get("name"),
    lambda row, other: row.get("missing", 7),
    lambda row, other: "n" in row,
    lambda row, other: list(row),
    lambda row, other: list(reversed(row)),
    lambda row, other: len(row),
    lambda row, other: bool(row),
    lambda row, other: [*row.keys()],
    lambda row, other: [*row.values()],
    lambda row, other: [*row.items()],
    lambda row, other: repr(row),
    lambda row, other: f"{row} {row!s}",
    lambda row, other: hash(row),
    lambda row, other: row == other,
    lambda row, other: other == row,
    lambda row, other: row != other,
    lambda row, other: row < other,
    lambda row, other: row == 1,
    lambda row, other: row | other,
    lambda row, other: {"first": 0} | row,
    lambda row, other: row | {"last": 0},
    lambda row, other: row | [("last", 0)],
    lambda row, other: dict(row),
    lambda row, other: dict(row, last=0),
    lambda row, other: {**row, "last": 0},
    lambda row, other: dict(**row),
    lambda row, other: _given(**row),
    lambda row, other: collections.OrderedDict(row),
    lambda row, other: collections.ChainMap(row, other)["n"],
    lambda row, other: type(row)([("a", 1)], b=2),
    lambda row, other: type(row).fromkeys("ab"),
    lambda row, other: row.copy(),
    lambda row, other: copy.copy(row),
    lambda row, other: copy.deepcopy(row),
    lambda row, other: pickle.loads(pickle.dumps(row)),
    lambda row, other: pickle.loads(pickle.dumps(row, 0)),
    lambda row, other: json.dumps(row),
    lambda row, other: json.dumps(row, indent=1, sort_keys=True),
    lambda row, other: JSONRenderer().render(row),
    lambda row, other: JSONRenderer().render({"row": row}),
    lambda row, other: sys.getsizeof(row) > 0,
    lambda row, other: row.update(last=0),
    lambda row, other: row.update(other),
    lambda row, other: row.update([("last", 0)], first=1),
    lambda row, other: {}.update(row),
    lambda row, other: row.setdefault("new", []),
    lambda row, other: row.setdefault("n", []),
    lambda row, other: row.pop("n"),
    lambda row, other: row.pop("missing"),
    lambda row, other: row.pop("missing", 7),
    lambda row, other: row.popitem(),
    lambda row, other: row.clear(),
    lambda row, other: row.__setitem__("n", 2),
    lambda row, other: row.__delitem__("n"),
    lambda row, other: row.__delitem__("missing"),
    lambda row, other: row.__ior__(other),
    lambda row, other: row.__init__(last=0),
    lambda row, other: row.nothing,
    lambda row, other: isinstance(row, (dict, Mapping)),
    lambda row, other: _matched(row),
    lambda row, other: sorted(row.items(), key=str),
    lambda row, other: "%(n)s %(name)s" % row,  # noqa: UP031
    lambda row, other: "{n} {name}".format(**row),
]


def _given(**options: Any) -> Any:
    return options


def _matched(row: Any) -> Any:
    match row:
        case {"n": n, "deep": {"list": [first, *_]}, **rest}:
            return n, first, rest
    return None


def parsed(body: str, cls: type = JSONParser) -> Any:
    return cls().parse(io.BytesIO(body.encode()))


def unread(body: str = ROW) -> Any:
    row = parsed(body)
    assert type(row) in (UnreadRow, UnreadRows)
    return row


def after(look: Callable[[Any, Any], Any], row: Any, other: Any) -> Any:
    try:
        result = describe(look(row, other))
    except Exception as error:
        result = type(error), str(error)
    return result, describe(row), describe(other)


@pytest.mark.parametrize("body", [ROW, '{"n": {}}'])
@pytest.mark.parametrize("look", LOOKS)
def test_every_look(look, body):
    expected = after(look, json.loads(body), json.loads(body))
    assert after(look, unread(body), unread(body)) == expected
    assert after(look, unread(body), json.loads(body)) == expected
    assert after(look, json.loads(body), unread(body)) == expected


@pytest.mark.parametrize("body", ["{}", "{ }", "[{}]", "[ { } ]"])
def test_an_object_without_entries_is_read_at_once(body):
    value = parsed(body)
    assert type(value[0] if value == [{}] else value) is dict
    assert json.dumps(value, indent=1) == json.dumps(json.loads(body), indent=1)


@pytest.mark.parametrize(("cls", "base"), [(UnreadRow, dict), (UnreadRows, list)])
def test_every_method_looks(cls, base):
    overridden = {name for name in vars(cls) if callable(getattr(cls, name))}
    left = {name for name in dir(base) if callable(getattr(base, name))} - overridden
    assert left <= bodies._IDENTITY


#: Every way to look at a list, as `look(rows, other)`.
LIST_LOOKS: list[Callable[[Any, Any], Any]] = [
    lambda rows, other: rows[0],
    lambda rows, other: rows[-1],
    lambda rows, other: rows[5],
    lambda rows, other: rows[:1],
    lambda rows, other: rows.__setitem__(0, 1),
    lambda rows, other: rows.__setitem__(slice(0, 1), other),
    lambda rows, other: other.__setitem__(slice(0, 1), rows),
    lambda rows, other: rows.__delitem__(0),
    lambda rows, other: len(rows),
    lambda rows, other: bool(rows),
    lambda rows, other: list(rows),
    lambda rows, other: tuple(rows),
    lambda rows, other: [*rows],
    lambda rows, other: list(reversed(rows)),
    lambda rows, other: _unpacked(rows),
    lambda rows, other: _arguments(*rows),
    lambda rows, other: dict(enumerate(rows)),
    lambda rows, other: list(zip(rows, other, strict=False)),
    lambda rows, other: rows.append({}),
    lambda rows, other: rows.extend(other),
    lambda rows, other: other.extend(rows),
    lambda rows, other: rows.insert(0, 1),
    lambda rows, other: rows.pop(),
    lambda rows, other: rows.remove({"n": 2}),
    lambda rows, other: rows.index({"n": 2}),
    lambda rows, other: rows.count({"n": 2}),
    lambda rows, other: rows.clear(),
    lambda rows, other: rows.copy(),
    lambda rows, other: rows.sort(key=len),
    lambda rows, other: rows.sort(),
    lambda rows, other: rows.reverse(),
    lambda rows, other: sorted(rows, key=len),
    lambda rows, other: {"n": 2} in rows,
    lambda rows, other: rows + other,
    lambda rows, other: other + rows,
    lambda rows, other: [1] + rows,  # noqa: RUF005
    lambda rows, other: (1,) + rows,  # noqa: RUF005
    lambda rows, other: rows * 2,
    lambda rows, other: 2 * rows,
    lambda rows, other: rows.__iadd__(other),
    lambda rows, other: rows.__imul__(2),
    lambda rows, other: rows == other,
    lambda rows, other: other == rows,
    lambda rows, other: rows != other,
    lambda rows, other: rows < other,
    lambda rows, other: rows == (),
    lambda rows, other: repr(rows),
    lambda rows, other: f"{rows} {rows!s}",
    lambda rows, other: hash(rows),
    lambda rows, other: type(rows)("ab"),
    lambda rows, other: copy.copy(rows),
    lambda rows, other: copy.deepcopy(rows),
    lambda rows, other: pickle.loads(pickle.dumps(rows)),
    lambda rows, other: pickle.loads(pickle.dumps(rows, 0)),
    lambda rows, other: json.dumps(rows),
    lambda rows, other: json.dumps({"rows": rows}, indent=1),
    lambda rows, other: JSONRenderer().render(rows),
    lambda rows, other: JSONRenderer().render({"rows": rows}),
    lambda rows, other: rows.__init__("ab"),
    lambda rows, other: rows.nothing,
    lambda rows, other: isinstance(rows, (list, Sequence)),
    lambda rows, other: _matched_list(rows),
    lambda rows, other: sum(rows, []),  # noqa: RUF017
    lambda rows, other: "-".join(rows),
    lambda rows, other: sys.getsizeof(rows) > 0,
]


def _unpacked(rows: Any) -> Any:
    first, *rest = rows
    return first, rest


def _arguments(*rows: Any) -> Any:
    return rows


def _matched_list(rows: Any) -> Any:
    match rows:
        case [{"n": n}, *rest]:
            return n, rest
    return None


@pytest.mark.parametrize("look", LIST_LOOKS)
def test_every_look_at_a_list(look):
    body = f'[{ROW}, {{"n": 2}}]'
    expected = after(look, json.loads(body), json.loads(body))
    assert after(look, unread(body), unread(body)) == expected
    assert after(look, unread(body), json.loads(body)) == expected
    assert after(look, json.loads(body), unread(body)) == expected


@pytest.mark.parametrize("look", LOOKS[:12])
def test_a_row_that_was_looked_at_is_a_dict(look):
    row = unread()
    after(look, row, {})
    assert type(row) is dict
    assert row == PLAIN


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
