"""`JSONResponse` and `StreamingJSONResponse`."""

import asyncio
import datetime
import json
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.http import JsonResponse

from bookshop.data import fill_shop
from bookshop.models import Book
from django_rustaccel.querysets import JSONResponse, StreamingJSONResponse, to_json

DATA: list[Any] = [
    {"a": [1, 2.5, None, True, "ü\u2028"], "b": {}},
    {"at": datetime.datetime(2024, 2, 29, 1, 2, 3, 456789), "price": Decimal("1.50")},
    {"nan": float("nan")},
    {1: 2, None: 3},
    {},
]


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("params", [None, {"indent": 2}, {"ensure_ascii": False}])
def test_the_bytes_of_django(data: Any, params: Any) -> None:
    ours = JSONResponse(data, json_dumps_params=params, status=201)
    stock = JsonResponse(data, json_dumps_params=params, status=201)
    assert (ours.content, ours.status_code, dict(ours.headers)) == (
        stock.content,
        stock.status_code,
        dict(stock.headers),
    )


@pytest.mark.parametrize("data", [[1], "text", {"a": object()}, {(1, 2): 3}])
def test_the_errors_of_django(data: Any) -> None:
    with pytest.raises(TypeError) as expected:
        JsonResponse(data)
    with pytest.raises(TypeError) as raised:
        JSONResponse(data)
    assert str(raised.value) == str(expected.value)


def test_lists_where_they_are_said_to_be_safe() -> None:
    assert JSONResponse([1], safe=False).content == b"[1]"


@pytest.mark.django_db
def test_a_queryset_becomes_a_list() -> None:
    fill_shop(3)
    books = Book.objects.order_by("pk")
    assert JSONResponse(books.all(), fields=["id"]).content == to_json(books.all(), ["id"])
    with pytest.raises(TypeError, match="of a queryset"):
        JSONResponse({}, fields=["id"])


@pytest.mark.django_db
@pytest.mark.parametrize("lines", [False, True])
def test_a_stream(lines: bool) -> None:
    fill_shop(5)
    books = Book.objects.order_by("pk")
    response = StreamingJSONResponse(books, ["id", "title"], lines=lines, chunk_size=2)
    content = b"".join(response)
    expected = json.loads(to_json(books.all(), ["id", "title"]))
    found = [json.loads(line) for line in content.splitlines()] if lines else json.loads(content)
    assert found == expected
    kind = "application/x-ndjson" if lines else "application/json"
    assert response["Content-Type"] == kind


@pytest.mark.django_db(transaction=True)
def test_a_stream_under_asgi() -> None:
    fill_shop(5)

    async def collect() -> bytes:
        response = StreamingJSONResponse(Book.objects.order_by("pk"), ["id"], chunk_size=2)
        content = b"".join([part async for part in response])
        await sync_to_async(connections.close_all)()  # those of the thread for async code
        return content

    keys = Book.objects.order_by("pk").values_list("pk", flat=True)
    assert json.loads(asyncio.run(collect())) == [{"id": key} for key in keys]
