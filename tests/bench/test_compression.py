"""Compression: Django's `GZipMiddleware` against ours; what policies add to a request."""

import gzip
import json
from typing import Any

import zstandard
from django.http import HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory, override_settings
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import Work, race
from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer
from django_rustaccel.middleware import CompressionMiddleware, TimingMiddleware

SIZE = 150_000
#: How much longer than Django's the body may be.
LONGER = 1.05


def document() -> bytes:
    """About 150 kB of the shop's JSON."""
    fill_shop(400)
    data = BookSerializer(Book.objects.all(), many=True).data
    rows = json.loads(json.dumps(list(data), default=str))
    while len(json.dumps(rows)) > SIZE:
        rows.pop()
    return json.dumps(rows).encode()


def through(middleware: Any, body: bytes, accept: str) -> HttpResponse:
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept})
    response = middleware(lambda _: HttpResponse(body, "application/json"))(request)
    assert isinstance(response, HttpResponse)
    return response


def expanded(middleware: Any, body: bytes, coding: str, expand: Any) -> Work:
    """Compress once beside the race and check; then only compress, and answer with the original."""
    once = through(middleware, body, coding)
    assert once["Content-Encoding"] == coding
    assert expand(once.content) == body

    def work() -> bytes:
        through(middleware, body, coding)
        return body

    return work


def read_zstd(body: bytes) -> bytes:
    return zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True).read()


def test_gzip(benchmark: BenchmarkFixture, db: None) -> None:
    body = document()
    stock, ours = (
        len(through(m, body, "gzip").content) for m in (GZipMiddleware, CompressionMiddleware)
    )
    assert ours < LONGER * stock
    race(
        benchmark,
        expanded(CompressionMiddleware, body, "gzip", gzip.decompress),
        stock=expanded(GZipMiddleware, body, "gzip", gzip.decompress),
        title="gzip of 150 kB JSON",
        goal=2.5,
        note=f"{stock:,} and {ours:,} bytes",
    )


def test_zstd(benchmark: BenchmarkFixture, db: None) -> None:
    body = document()
    stock = len(through(GZipMiddleware, body, "gzip").content)
    ours = len(through(CompressionMiddleware, body, "zstd").content)
    race(
        benchmark,
        expanded(CompressionMiddleware, body, "zstd", read_zstd),
        stock=expanded(GZipMiddleware, body, "gzip", gzip.decompress),
        title="zstd of 150 kB JSON, stock is gzip",
        goal=5,
        note=f"{stock:,} and {ours:,} bytes",
    )


class Nothing:
    """Middleware that does nothing, to tell what ours adds."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        return self.get_response(request)


def test_timing_adds_little(benchmark: BenchmarkFixture) -> None:
    request = RequestFactory().get("/")
    empty, timed = (layer(lambda _: HttpResponse(b"seen")) for layer in (Nothing, TimingMiddleware))
    with override_settings(RUSTACCEL={}):
        race(
            benchmark,
            lambda: timed(request).content,
            stock=lambda: empty(request).content,
            title="`TimingMiddleware`; stock is an empty one (goal: 0.005 ms more)",
            goal=0,
        )
