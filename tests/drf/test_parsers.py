"""`JSONParser` gives the values of DRF's, and its errors, whatever the body holds."""

import io
import json
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

from django_rustaccel import stats
from django_rustaccel.drf.parsers import JSONParser
from engines import describe, running
from json_documents import INVALID, ODD, VALID
from json_values import documents


def parse(engine: str, stream: Any, context: Any = None, strict: bool = True) -> Any:
    """The value with its types, or the exception with its text, and what is left of the stream."""
    base = parsers.JSONParser if engine == "stock" else JSONParser
    parser = type("Parser", (base,), {"strict": strict})()
    with running(engine):
        try:
            result = describe(parser.parse(stream, "application/json", context))
        except Exception as error:
            result = type(error), str(error)
    return result, stream.read()


def assert_same(body: bytes, *args: Any, **options: Any) -> Any:
    expected = parse("stock", io.BytesIO(body), *args, **options)
    assert parse("rustaccel", io.BytesIO(body), *args, **options) == expected
    return expected[0]


def served(body: bytes, *args: Any, **options: Any) -> str:
    """Compare one body and name the path that ours took."""
    before = stats()["parse"]
    assert_same(body, *args, **options)
    after = stats()["parse"]
    (path,) = [name for name in after if after[name] != before[name]]
    return path


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("body", VALID)
def test_valid_documents(body, strict):
    assert served(body, strict=strict) == "native"


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("body", ODD + INVALID)
def test_documents_for_stock(body, strict):
    assert served(body, strict=strict) == "stock"


@pytest.mark.parametrize("body", INVALID)
def test_errors_are_parse_errors(body):
    assert assert_same(body)[0] is ParseError


@given(documents, st.booleans(), st.sampled_from([None, 2]), st.booleans())
def test_any_document(value, ensure_ascii, indent, strict):
    text = json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)
    assert_same(text.encode("utf-8", "surrogatepass"), strict=strict)


@given(st.binary())
def test_any_bytes(body):
    assert_same(body)


@given(documents, st.data())
def test_documents_cut_and_changed(value, data):
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    place = data.draw(st.integers(0, len(body)))
    insertion = data.draw(
        st.sampled_from([b"", *(bytes([n]) for n in b'\x00"\\,:[]{}019.eE+-utn \x80\xc3')])
    )
    assert_same(body[:place])
    assert_same(body[:place] + insertion + body[place + 1 :])
    assert_same(body[:place] + insertion + body[place:])


@pytest.mark.parametrize("depth", [1, 199, 200, 201, 202, 500, 200_000])
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_depth(depth, start, end):
    result = assert_same(start * depth + b"1" + end * depth) if depth < 500 else None
    # `describe` is recursive itself: compare what is raised, or the text of the value.
    bodies = [io.BytesIO(start * depth + b"1" + end * depth) for _ in range(2)]
    with running("stock"):
        expected = _caught(lambda: json.dumps(parsers.JSONParser().parse(bodies[0])))
    assert _caught(lambda: json.dumps(JSONParser().parse(bodies[1]))) == expected
    assert result is None or result


def _caught(work: Any) -> Any:
    try:
        return work()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize(
    "body", [b"1" * 4300, b"1" * 4301, b"-" + b"9" * 1_000_000, b"[1.5e" + b"9" * 99]
)
def test_long_numbers(body):
    assert_same(body)


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF-8", "utf8", "latin-1", "utf-16", "utf-8-sig", "ascii"]
)
def test_charsets(charset):
    for text in ('["é", 1]', '{"a": "b"}', "[1"):
        for written in (charset, "utf-8", "latin-1"):
            try:
                body = text.encode(written)
            except UnicodeEncodeError:
                continue
            assert_same(body, {"encoding": charset})


@pytest.mark.parametrize("charset", ["no-such-charset", "bz2_codec", "rot13", "", None, 7])
def test_charsets_that_drf_refuses(charset):
    """DRF looks at the charset before it reads: the stream stays as it was."""
    expected = parse("stock", io.BytesIO(b"[1]"), {"encoding": charset})
    assert parse("rustaccel", io.BytesIO(b"[1]"), {"encoding": charset}) == expected


def test_default_charset(settings):
    for settings.DEFAULT_CHARSET in ("utf-8", "latin-1"):
        for context in (None, {}, {"kwargs": {}}):
            assert_same('["é"]'.encode("latin-1"), context)
            assert_same('["é"]'.encode(), context)


class Parts:
    """A stream that gives its parts one by one and then ends, or fails."""

    def __init__(self, *parts: Any) -> None:
        self.parts = [*parts, b""]

    def read(self, size: int = -1) -> Any:
        part = self.parts.pop(0) if self.parts else b""
        if isinstance(part, Exception):
            raise part
        return part


@pytest.mark.parametrize(
    "parts",
    [(b"[1,", b"2]"), (b'"\xc3', b'\xa9"'), (b"[1", b"x]"), (b'"\xff"', b"1"), ('"text"',), (None,),
     (b"[", ValueError("closed")), (OSError("gone"),), (RequestDataTooBig("big"),),
     (bytearray(b"[]"),), (b"[1, \xc3",), (b"",)],
)  # fmt: skip
def test_streams_of_several_parts(parts):
    expected, _ = parse("stock", Parts(*parts))
    assert parse("rustaccel", Parts(*parts))[0] == expected


def test_position_of_the_stream_is_respected():
    for engine in ("stock", "rustaccel"):
        stream = io.BytesIO(b"junk[1]")
        stream.seek(4)
        assert parse(engine, stream)[0] == describe([1])


def test_keys_are_shared():
    first, second = JSONParser().parse(io.BytesIO(b'[{"some name": 1}, {"some name": 2}]'))
    assert next(iter(first)) is next(iter(second))


@pytest.mark.parametrize("engine_class", [parsers.JSONParser, JSONParser])
def test_body_limit_of_the_request(settings, engine_class):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert issubclass(JSONParser, parsers.JSONParser)
    outcomes = []
    for size in (10, 1000):
        body = json.dumps(["x" * size]).encode()
        request = RequestFactory().post("/", body, content_type="application/json")
        try:
            outcomes.append(Request(request, parsers=[engine_class()]).data)
        except RequestDataTooBig as error:
            outcomes.append(type(error))
    with running("stock"):
        request = RequestFactory().post("/", body, content_type="application/json")
        try:
            expected = Request(request, parsers=[parsers.JSONParser()]).data
        except RequestDataTooBig as error:
            expected = type(error)
    assert outcomes == [["x" * 10], expected]
