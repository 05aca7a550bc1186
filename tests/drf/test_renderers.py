"""`JSONRenderer` gives the bytes of DRF's, and its exceptions, whatever is rendered."""

import datetime
import json
import sys
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import renderers
from rest_framework.utils import encoders

from django_rustaccel import stats
from django_rustaccel.drf.renderers import JSONRenderer
from engines import running
from json_values import CHARACTERS, NATIVE, RAISING, STOCK, structures
from memory import growth

OPTIONS = [
    dict(
        zip(
            ("ensure_ascii", "compact", "strict"),
            (bool(n & 1), bool(n & 2), bool(n & 4)),
            strict=True,
        )
    )
    for n in range(8)
]


def render(engine: str, data: Any, media_type=None, context=None, base=None, **attributes) -> Any:
    """The bytes, or the exception with its text, of one render."""
    base = base or (renderers.JSONRenderer if engine == "stock" else JSONRenderer)
    renderer = type("Renderer", (base,), attributes)()
    with running(engine):
        try:
            return renderer.render(data, media_type, context)
        except Exception as error:
            return type(error), str(error)


def assert_same(data: Any, *args: Any, **attributes: Any) -> Any:
    expected = render("stock", data, *args, **attributes)
    assert render("rustaccel", data, *args, **attributes) == expected
    return expected


def served(data: Any, *args: Any, **attributes: Any) -> str:
    """Compare one render and name the path that ours took."""
    before = stats()["render"]
    assert_same(data, *args, **attributes)
    after = stats()["render"]
    (path,) = [name for name in after if after[name] != before[name]]
    return path


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("value", NATIVE, ids=lambda value: type(value).__name__)
def test_native_values(value, options):
    assert served(value, **options) == "native"
    assert served({"key": [value, value]}, **options) == "native"


@pytest.mark.parametrize("value", STOCK + RAISING, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("options", OPTIONS)
def test_values_for_stock(value, options):
    assert_same(value, **options)
    assert_same(["before", {"key": value}, "after"], **options)


def test_strict_defaults_leave_odd_values_to_stock():
    for value in STOCK:
        assert served(value, strict=True, ensure_ascii=False) == "stock"


@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("around", ["", "1234567", "é", "€", "😀"])
def test_every_special_character(ensure_ascii, around):
    for character in CHARACTERS:
        text = around + character + around
        assert_same({text: text}, ensure_ascii=ensure_ascii)


@given(structures, st.sampled_from(OPTIONS), st.sampled_from([None, None, 0, 1, 4]))
def test_any_structure(data, options, indent):
    assert_same(data, None, {"indent": indent}, **options)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float(number):
    assert served(number) == "native"


@pytest.mark.parametrize(
    "media_type",
    [None, "application/json", "application/json; indent=2", "application/json; indent=0",
     "application/json; indent=99", "application/json; indent=-4", "application/json; indent=x",
     "application/json;q=0.5", "", "*/*"],
)  # fmt: skip
@pytest.mark.parametrize("context", [None, {}, {"indent": 3}, {"indent": 0}])
def test_indent(media_type, context):
    data = {"a": [1, [], {}, {"b": None}], "c": [[["x, y"]]], "d": "["}
    assert served(data, media_type, context) == "native"


@pytest.mark.parametrize("indent", [-1, "\t", "", True, 33, 1.5, 10**6])
def test_odd_indents_are_left_to_stock(indent):
    assert served({"a": [1]}, None, {"indent": indent}) == "stock"


def test_none_renders_to_nothing():
    assert assert_same(None) == b""


def test_hooks_of_subclasses():
    data = {"a": ["é", 1]}
    for attributes in (
        {"get_indent": lambda self, media_type, context: 2},
        {"ensure_ascii": 1, "compact": "", "strict": None},
        {"render": lambda self, data, *args: b"own"},
    ):
        assert_same(data, **attributes)


def test_super_of_subclasses_reaches_the_native_render():
    class Envelope(JSONRenderer):
        def render(self, data, *args):
            return super().render({"data": data}, *args)

    before = stats()["render"]["native"]
    assert Envelope().render([1]) == b'{"data":[1]}'
    assert stats()["render"]["native"] == before + 1


class Named(encoders.JSONEncoder):
    def default(self, obj):
        if isinstance(obj, datetime.date):
            return {"day": [obj.day, self.ensure_ascii, self.allow_nan, self.indent]}
        return super().default(obj)


class Itself(encoders.JSONEncoder):
    def default(self, obj):
        return obj


class Failing(encoders.JSONEncoder):
    def default(self, obj):
        raise LookupError("no form for that")


class Initialised(encoders.JSONEncoder):
    def __init__(self, **options):
        super().__init__(**{**options, "sort_keys": True})


class Encoding(encoders.JSONEncoder):
    def encode(self, o):
        return "1"


class Iterating(encoders.JSONEncoder):
    def iterencode(self, o, _one_shot=False):
        return super().iterencode(o)


ENCODERS = {
    Named: "native", json.JSONEncoder: "native", encoders.JSONEncoder: "native",
    Initialised: "stock", Encoding: "stock", Iterating: "stock",
}  # fmt: skip


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("indent", [None, 2])
def test_encoder_classes(encoder, indent):
    data = {"z": 1, "a": ["é", None]}
    assert served(data, None, {"indent": indent}, encoder_class=encoder) == ENCODERS[encoder]
    data["when"] = [datetime.date(2024, 2, 1), datetime.datetime(2024, 2, 1)]
    assert_same(data, None, {"indent": indent}, encoder_class=encoder)
    assert_same([object()], None, {"indent": indent}, encoder_class=encoder)


def test_encoders_that_fail_or_go_round_in_circles():
    error, _ = assert_same([object()], encoder_class=Failing)
    assert error is LookupError
    error, text = assert_same([object()], encoder_class=Itself)
    assert (error, text) == (ValueError, "Circular reference detected")


def test_default_of_the_encoder_patched_later(monkeypatch):
    monkeypatch.setattr(encoders.JSONEncoder, "default", lambda self, obj: "patched")
    assert assert_same([datetime.date(2024, 1, 1), object()]) == b'["patched","patched"]'


def test_iterators_reach_stock_unconsumed():
    for make in (lambda: iter([1, 2]), lambda: (n for n in (1, 2)), lambda: map(int, "12")):
        assert render("rustaccel", {"a": [0, make()]}) == b'{"a":[0,[1,2]]}'
    generator = (n for n in (1, 2))
    assert render("rustaccel", [generator, float("nan")])[0] is ValueError


@pytest.mark.parametrize("depth", [1, 150, 199, 200, 201, 202, 500, 200_000])
@pytest.mark.parametrize("kind", ["list", "dict", "tuple", "mixed"])
def test_depth(depth, kind):
    data: Any = None
    for level in range(depth):
        data = {
            "list": lambda inner: [inner],
            "dict": lambda inner: {"a": inner},
            "tuple": lambda inner: (inner,),
            "mixed": lambda inner: [inner] if level % 2 else {"a": inner},  # noqa: B023
        }[kind](data)
    # Stock's own limit is where the stack of the caller ends, which differs by a few frames.
    expected = render("stock", data)
    assert render("rustaccel", data) == expected
    assert (expected[0] is RecursionError) == (depth == 200_000)


def test_cycles():
    row: dict[str, Any] = {"text": "x" * 100_000}
    row["itself"] = [row]
    for data in (row, [row], row["itself"]):
        error, text = assert_same(data)
        assert (error, text) == (ValueError, "Circular reference detected")
    shared = [1, 2]
    assert served([shared] * 3) == "native"


def test_long_integers():
    error, text = assert_same(10**1_000_000)
    assert error is ValueError
    assert "integer string conversion" in text
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        assert served(10**5000) == "native"
    finally:
        sys.set_int_max_str_digits(limit)


class Mutating(encoders.JSONEncoder):
    """Changes the containers that are being written."""

    target: Any = None

    def default(self, obj):
        obj.change()
        return "changed"


class Change:
    def __init__(self, change):
        self.change = change


@pytest.mark.parametrize("method", ["clear", "extend", "pop"])
def test_lists_changed_while_they_are_written(method):
    def build():
        rows: list[Any] = [["first"]]
        extra = {"extend": ([["new"]] * 3,)}.get(method, ())
        rows.append(Change(lambda: getattr(rows, method)(*extra)))
        rows += [["last"]] * 3
        return rows

    expected = render("stock", build(), encoder_class=Mutating)
    assert render("rustaccel", build(), encoder_class=Mutating) == expected


@pytest.mark.parametrize("change", ["clear", "grow", "swap"])
def test_dicts_changed_while_they_are_written(change):
    """Python 3.11 writes a copy made before, 3.12 the dict as it changes: no crash."""
    rows: dict[str, Any] = {}
    changes = {
        "clear": rows.clear,
        "grow": lambda: rows.update({str(n): ["new"] for n in range(1000)}),
        "swap": lambda: rows.update(y=rows.pop("z", 0)),
    }
    rows.update({"a": ["first"], "b": Change(changes[change]), "z": [["last"]]})
    rendered = render("rustaccel", rows, encoder_class=Mutating)
    assert json.loads(rendered) if rows else rendered == b"{}"


def test_disabled():
    before = stats()["render"]
    assert render("stock", {"a": 1}, base=JSONRenderer) == b'{"a":1}'
    assert stats()["render"] == before


def test_fallbacks_are_counted_with_their_reason():
    class Renderer(JSONRenderer):
        encoder_class = Encoding

    Renderer().render([1])
    assert any("Encoding.encode is overridden" in reason for reason in stats()["fallbacks"])


def test_memory_does_not_grow():
    renderer = JSONRenderer()
    numbers = {1: uuid.UUID(int=1), 2.5: 10**30}
    data = {"a": ["é", 1.5, datetime.date(2024, 1, 1), numbers, {2}], "b": "€" * 500}
    # Native code gives up after it has filled a buffer.
    refused = [data, {"nan": float("nan")}]

    def refuse() -> None:
        with pytest.raises(ValueError, match="Out of range"):
            renderer.render(refused)

    for work, times in ((lambda: renderer.render(data), 100_000), (refuse, 10_000)):
        blocks, resident = growth(work, times)
        assert blocks < 1000
        assert resident < 4_000_000
