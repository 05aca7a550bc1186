"""Django's requests and responses as the policies see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from django_rustaccel.core.policies import facts


class Request(facts.Request):
    """The facts of an ``HttpRequest``."""

    __slots__ = ()

    native: HttpRequest

    @property
    def method(self) -> str:
        return self.native.method or ""

    @property
    def path(self) -> str:
        return self.native.path_info

    def header(self, name: str) -> str | None:
        key = name.upper().replace("-", "_")
        prefix = "" if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_"
        value = self.native.META.get(prefix + key)
        return None if value is None else str(value)

    @property
    def peer(self) -> str | None:
        return self.native.META.get("REMOTE_ADDR") or None

    @property
    def route(self) -> str | None:
        match = self.native.resolver_match
        return None if match is None else "/" + match.route

    @property
    def parameters(self) -> Mapping[str, Any]:
        try:
            match = self.native.resolver_match or resolve(self.native.path_info)
        except Resolver404:
            return {}
        return match.kwargs

    @property
    def user_id(self) -> Any:
        user = getattr(self.native, "user", None)
        return user.pk if user is not None and user.is_authenticated else None


class Response(facts.Response):
    """The facts of an ``HttpResponse``, plain or streaming."""

    __slots__ = ("native",)

    def __init__(self, native: Any) -> None:
        self.native = native

    @property
    def status(self) -> int:
        return int(self.native.status_code)

    @property
    def headers(self) -> MutableMapping[str, str]:
        headers: MutableMapping[str, str] = self.native.headers
        return headers

    @property
    def body(self) -> bytes | None:
        return None if self.native.streaming else self.native.content

    def replace_body(self, body: bytes) -> None:
        self.native.content = body
        self.native.headers["Content-Length"] = str(len(body))

    def filter_chunks(self, chunks: facts.ChunkFilter) -> None:
        response = self.native
        filtered: Any = _afiltered if response.is_async else _filtered
        response.streaming_content = filtered(response.streaming_content, chunks)
        response.headers.pop("Content-Length", None)


def _filtered(content: Iterator[bytes], chunks: facts.ChunkFilter) -> Iterator[bytes]:
    for chunk in content:
        if changed := chunks.feed(chunk):
            yield changed
    if last := chunks.finish():
        yield last


async def _afiltered(
    content: AsyncIterator[bytes], chunks: facts.ChunkFilter
) -> AsyncIterator[bytes]:
    async for chunk in content:
        if changed := chunks.feed(chunk):
            yield changed
    if last := chunks.finish():
        yield last


def response_of(answer: facts.Answer) -> HttpResponse:
    """A policy's answer as Django's response."""
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response
