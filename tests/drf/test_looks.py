"""Rows of a request body are the dicts that stock makes, to whoever looks, however he looks."""

import collections
import copy
import json
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from django_rustaccel.core import bodies
from django_rustaccel.core.bodies import UnreadRow, UnreadRows
from drf.unread import PLAIN, ROW, unread
from engines import describe

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
