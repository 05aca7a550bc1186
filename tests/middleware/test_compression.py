"""Every header rule of compression, through every adapter."""

import gzip
import zlib
from functools import partial

import brotli
import pytest
import zstandard
from hypothesis import given as generated
from hypothesis import strategies as st

from django_rustaccel.core.compression import Compressor, compress, negotiate
from middleware.adapters import Given, Got, Sent

TEXT = b"Some text that can be made shorter, again and again. " * 50
CODINGS = ["zstd", "br", "gzip", "deflate"]
ALL = "gzip, deflate, br, zstd"
every_coding = pytest.mark.parametrize("coding", CODINGS)


def expand(coding: str, body: bytes) -> bytes:
    """The body as another implementation than ours reads it."""
    readers = {
        "gzip": gzip.decompress,
        "deflate": zlib.decompress,
        "br": brotli.decompress,
        "zstd": partial(zstandard.ZstdDecompressor().stream_reader, read_across_frames=True),
    }
    read = readers[coding](body)
    return read if isinstance(read, bytes) else read.read()


def answer(serve, given, accept=ALL, method="GET", **options) -> Got:
    sent = Sent({"Accept-Encoding": accept} if accept is not None else {}, method)
    return serve("CompressionMiddleware", options, sent, given)


def with_headers(**headers: str) -> Given:
    pairs = {"Content-Type": "text/plain"}
    pairs |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Given(TEXT, list(pairs.items()))


@every_coding
def test_whole_bodies(serve, coding):
    got = answer(serve, Given(TEXT), coding)
    assert expand(coding, got.body) == TEXT
    assert got.headers == {
        "content-type": "text/plain",
        "content-encoding": coding,
        "content-length": str(len(got.body)),
        "vary": "Accept-Encoding",
    }


@every_coding
def test_every_chunk_can_be_read_when_it_comes(serve, coding):
    chunks = [b"data: one\n\n", b"data: two\n\n", TEXT]
    given = Given(chunks, [("Content-Type", "text/event-stream")])
    got = answer(serve, given, coding)
    assert expand(coding, got.body) == b"".join(chunks)
    assert got.headers["content-encoding"] == coding
    assert "content-length" not in got.headers
    reader = READERS[coding]()
    assert [reader(chunk) for chunk in got.chunks[:3]] == chunks


READERS = {
    "gzip": lambda: zlib.decompressobj(31).decompress,
    "deflate": lambda: zlib.decompressobj().decompress,
    "br": lambda: brotli.Decompressor().process,
    "zstd": lambda: zstandard.ZstdDecompressor().decompressobj().decompress,
}


@pytest.mark.parametrize(
    ("accept", "coding"),
    [
        (ALL, "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0.1, zstd;q=0", "br"),
        ("gzip;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity", None),
        ("", None),
        (None, None),
        ("gzip;q=", None),
        ("gzip;;;q=1;,,=,\xe4\xff, br;q=2", None),
        ("compress, " * 2000 + "gzip", "gzip"),
    ],
)
def test_what_the_client_accepts(serve, accept, coding):
    got = answer(serve, Given(TEXT), accept)
    assert got.headers.get("content-encoding") == coding
    assert got.headers["vary"] == "Accept-Encoding"
    assert (expand(coding, got.body) if coding else got.body) == TEXT


@pytest.mark.parametrize(
    "given",
    [
        Given(b"short"),
        Given(TEXT, status=206),
        Given(b"", status=204),
        Given(b"", status=304),
        Given(TEXT, []),
        with_headers(Content_Type="image/png"),
        with_headers(Content_Type="application/octet-stream"),
        with_headers(Content_Encoding="br"),
        with_headers(Content_Encoding="identity"),
        with_headers(Content_Range="bytes 0-9/10"),
        with_headers(Cache_Control="max-age=1, No-Transform"),
        with_headers(Content_Digest="sha-256=:AAAA=:"),
    ],
    ids=lambda given: f"{given.status} {given.headers[1:] or given.headers}",
)
def test_what_is_left_alone(serve, given):
    got = answer(serve, given)
    assert got.body == given.body
    assert "vary" not in got.headers
    for name, value in given.headers:
        assert got.headers[name.lower()] == value


def test_head_has_the_vary_of_get(serve):
    got = answer(serve, Given(TEXT), method="HEAD")
    assert got.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in got.headers


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=utf-8",
        "TEXT/HTML",
        "application/json",
        "application/problem+json",
        "image/svg+xml",
        "text/event-stream",
    ],
)
def test_what_is_worth_it(serve, content_type):
    got = answer(serve, with_headers(Content_Type=content_type))
    assert got.headers["content-encoding"] == "zstd"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Cookie", "Cookie, Accept-Encoding"),
        ("accept-encoding", "accept-encoding"),
        ("Cookie, Accept-Encoding", "Cookie, Accept-Encoding"),
        ("*", "*"),
        ("", "Accept-Encoding"),
    ],
)
def test_vary(serve, before, after):
    assert answer(serve, with_headers(Vary=before)).headers["vary"] == after


@pytest.mark.parametrize(
    ("before", "after"), [('"abc"', 'W/"abc"'), ('W/"abc"', 'W/"abc"'), ("odd", "odd")]
)
def test_etag(serve, before, after):
    assert answer(serve, with_headers(ETag=before)).headers["etag"] == after
    assert answer(serve, with_headers(ETag=before), "identity").headers["etag"] == before


def test_ranges_are_of_other_bytes(serve):
    got = answer(serve, with_headers(Accept_Ranges="bytes"))
    assert "accept-ranges" not in got.headers


@every_coding
def test_never_longer(serve, coding):
    noise = zlib.compress(bytes(range(256)) * 4, 9) + bytes(range(255, -1, -1))
    got = answer(serve, Given(noise), coding)
    assert got.body == noise
    assert "content-encoding" not in got.headers


def test_a_length_that_was_promised(serve):
    got = answer(serve, with_headers(Content_Length=str(len(TEXT))), "gzip")
    assert got.headers["content-length"] == str(len(got.body))
    assert gzip.decompress(got.body) == TEXT


def test_options(serve):
    options = {"codings": ["gzip"], "levels": {"gzip": 12}, "minimum_size": 0}
    small = Given(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", [("Content-Type", "x/y")])
    got = answer(serve, small, **options, content_types=None, max_random_bytes=0)
    assert got.headers["content-encoding"] == "gzip"
    assert gzip.decompress(got.body) == small.body


@every_coding
@generated(body=st.binary(max_size=3000), padding=st.integers(0, 300), level=st.integers(1, 11))
def test_any_bytes(coding, body, padding, level):
    text = body * 3
    whole = compress(coding, level, padding, text, 9)
    assert whole is None or expand(coding, whole) == text
    stream = Compressor(coding, level, padding)
    chunks = [stream.feed(body), stream.feed(b""), stream.feed(body * 2), stream.finish()]
    assert expand(coding, b"".join(chunks)) == text


@every_coding
def test_padding_makes_the_length_uncertain(coding):
    lengths = {len(compress(coding, 3, padding, TEXT, 9) or b"") for padding in range(100)}
    assert max(lengths) - min(lengths) > 80
    assert len(lengths) >= 20


@every_coding
def test_under_load_the_fastest_level_is_used(coding):
    highest = {"zstd": 19, "br": 11, "gzip": 12, "deflate": 12}[coding]
    numbers = " ".join(str(number**3) for number in range(2000)).encode()
    lowest = compress(coding, 1, 0, numbers, 9)
    assert compress(coding, highest, 0, numbers, 0) == lowest
    assert compress(coding, highest, 0, numbers, 1) != lowest


def test_what_the_native_functions_refuse():
    for arguments in [("lzma", 1, 0), ("gzip", 0, 0), ("gzip", 13, 0), ("zstd", 22, 0)]:
        with pytest.raises(ValueError, match=r"coding|levels"):
            Compressor(*arguments)
    with pytest.raises(ValueError, match='unknown content coding: "x"'):
        negotiate("gzip", ["x"])


def test_a_finished_stream_says_so():
    stream = Compressor("br", 1, 0)
    stream.finish()
    with pytest.raises(RuntimeError, match="compression failed"):
        stream.feed(b"more")
