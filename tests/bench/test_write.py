"""The writing half of the speed contract: from the bytes of a request, and from Python objects.

Not collected by the default run: ``python tests/bench`` runs it and writes the table.
"""

import copy
import datetime
import decimal
import io
import json
import uuid
from typing import Annotated, Any, Literal

import pydantic
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework import serializers
from rest_framework.parsers import JSONParser

from bench.race import race
from engines import running

STATUS = ("draft", "published", "withdrawn")


class OrderSerializer(serializers.Serializer[Any]):
    """Thirteen fields of as many kinds."""

    id = serializers.UUIDField()
    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(allow_blank=True)
    email = serializers.EmailField()
    slug = serializers.SlugField(max_length=50)
    price = serializers.DecimalField(max_digits=8, decimal_places=2, min_value=0)
    rating = serializers.FloatField(allow_null=True)
    pages = serializers.IntegerField(min_value=1, max_value=10_000)
    in_print = serializers.BooleanField()
    published = serializers.DateField()
    created = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=STATUS)
    tags = serializers.ListField(child=serializers.CharField(max_length=20))


class Order(pydantic.BaseModel):
    """The same fields and limits; the address is any text, which is in this one's favour."""

    id: uuid.UUID
    title: str = pydantic.Field(min_length=1, max_length=200)
    summary: str
    email: str
    slug: str = pydantic.Field(max_length=50, pattern=r"^[-a-zA-Z0-9_]+$")
    price: decimal.Decimal = pydantic.Field(max_digits=8, decimal_places=2, ge=0)
    rating: float | None
    pages: int = pydantic.Field(ge=1, le=10_000)
    in_print: bool
    published: datetime.date
    created: datetime.datetime
    status: Literal["draft", "published", "withdrawn"]
    tags: list[Annotated[str, pydantic.Field(min_length=1, max_length=20)]]


ORDERS = pydantic.TypeAdapter(list[Order])


def order(number: int) -> dict[str, Any]:
    """What a client sends for one order."""
    return {
        "id": str(uuid.UUID(int=number, version=4)),
        "title": f"The old river garden {number}",
        "summary": "letters from a winter house in the north " * 3,
        "email": f"reader{number}@example.com",
        "slug": f"the-old-river-{number}",
        "price": f"{number}.50",
        "rating": None if number % 8 == 0 else number / 250,
        "pages": number % 900 + 20,
        "in_print": number % 4 > 0,
        "published": f"20{number % 25:02}-02-{number % 28 + 1:02}",
        "created": f"2024-01-{number % 28 + 1:02}T10:20:{number % 60:02}.123456Z",
        "status": STATUS[number % 3],
        "tags": ["history", "garden"],
    }


ROWS = [order(number) for number in range(1000)]
BODY = json.dumps(ROWS).encode()


def parsed(body: bytes) -> Any:
    return JSONParser().parse(io.BytesIO(body))


def with_bad_rows() -> list[dict[str, Any]]:
    rows = copy.deepcopy(ROWS)
    rows[10]["pages"], rows[500]["email"], rows[990]["created"] = 0, "nobody", "yesterday"
    return rows


def verdict(serializer: Any) -> bytes:
    """Validates, and gives something that can be compared at once: the values stay unread."""
    valid = serializer.is_valid()
    return f"{valid} {len(serializer.validated_data)} {len(serializer.errors)}".encode()


def assert_same_values(data: Any, **options: Any) -> None:
    """`data` may be the bytes of a body."""
    found = []
    for engine in ("stock", "rustaccel"):
        with running(engine):
            value = parsed(data) if isinstance(data, bytes) else data
            serializer = OrderSerializer(data=value, **options)
            serializer.is_valid()
            found.append((repr(serializer.validated_data), repr(serializer.errors)))
    assert found[0] == found[1]


def test_body(benchmark: BenchmarkFixture) -> None:
    def validate_with_pydantic() -> None:
        assert len(ORDERS.validate_json(BODY)) == len(ROWS)

    assert_same_values(BODY, many=True)
    race(
        benchmark,
        lambda: verdict(OrderSerializer(data=parsed(BODY), many=True)),
        title="`JSONParser` and `is_valid(many=True)` of 1,000 rows of 13 fields, from bytes",
        goal=25,
        references={"pydantic": validate_with_pydantic},
    )


def test_body_that_is_looked_at(benchmark: BenchmarkFixture) -> None:
    def titles() -> bytes:
        return str(sum(len(row["title"]) for row in parsed(BODY))).encode()

    race(
        benchmark,
        titles,
        title="`JSONParser` alone, and Python code that looks at every row",
        goal=1,
    )


def test_bad_rows_of_a_body(benchmark: BenchmarkFixture) -> None:
    body = json.dumps(with_bad_rows()).encode()
    assert_same_values(body, many=True)
    race(
        benchmark,
        lambda: verdict(OrderSerializer(data=parsed(body), many=True)),
        title="`JSONParser` and `is_valid(many=True)`, three bad rows of 1,000",
        goal=15,
    )


def test_many(benchmark: BenchmarkFixture) -> None:
    def validate_with_pydantic() -> None:
        assert len(ORDERS.validate_python(ROWS)) == len(ROWS)

    assert_same_values(ROWS, many=True)
    race(
        benchmark,
        lambda: verdict(OrderSerializer(data=ROWS, many=True)),
        title="`is_valid(many=True)` of 1,000 rows of 13 fields, from Python objects",
        goal=25,
        references={"pydantic": validate_with_pydantic},
    )


def test_bad_rows(benchmark: BenchmarkFixture) -> None:
    rows = with_bad_rows()
    assert_same_values(rows, many=True)
    race(
        benchmark,
        lambda: verdict(OrderSerializer(data=rows, many=True)),
        title="the same with three bad rows",
        goal=15,
    )


def test_one(benchmark: BenchmarkFixture) -> None:
    assert_same_values(ROWS[1])
    race(
        benchmark,
        lambda: verdict(OrderSerializer(data=ROWS[1])),
        title="`is_valid()` of one object, serializer construction included",
        goal=10,
        references={"pydantic": lambda: Order.model_validate(ROWS[1])},
    )
