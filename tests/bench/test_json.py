"""`core.json` against orjson, with equal values and bytes."""

import dataclasses
import enum
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import attrs
import orjson
import pydantic
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import Work, race
from django_rustaccel.core.json import dumps, loads

LEVEL = 0.9
COUNT = 1000


@dataclasses.dataclass
class Tag:
    id: int
    name: str


@dataclasses.dataclass
class Book:
    id: int
    title: str
    price: float
    in_print: bool
    subtitle: str | None
    tags: list[Tag]


@dataclasses.dataclass(slots=True)
class Slotted:
    id: int
    title: str
    price: float


@attrs.define
class Defined:
    id: int
    title: str
    price: float


class Model(pydantic.BaseModel):
    id: int
    title: str
    price: float


class Point(NamedTuple):
    x: int
    y: int


class Colour(enum.Enum):
    RED = "red"


def plain(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "title": f"The title of the book number {number}",
        "text": "A text of a few dozen words, all of them in plain ASCII. " * 3,
        "price": "12.50",
        "rating": number / 7,
        "in_print": number % 2 == 0,
        "published": "2024-05-01T12:00:00Z",
        "publisher": {"id": number % 9, "name": "Publisher", "city": None},
        "tags": [{"id": tag, "name": f"tag {tag}"} for tag in range(3)],
    }


def book(number: int) -> Book:
    tags = [Tag(tag, f"tag {tag}") for tag in range(3)]
    return Book(number, f"Title {number}", number / 7, True, None, tags)


def text(number: int) -> dict[str, str]:
    return {"name": f"Zoë №{number}", "text": "Приветствие миру и всем, кто в нём живёт. " * 3}


MOMENT = datetime(2024, 5, 1, 12, 30, 5, 123456)
VALUES: dict[str, Callable[[int], Any]] = {
    "plain structures": plain,
    "texts beyond ASCII": text,
    "integers": lambda number: number * 12_345,
    "floats": lambda number: number / 7,
    "dataclasses": book,
    "dataclasses with slots": lambda number: Slotted(number, f"Title {number}", number / 7),
    "attrs classes": lambda number: Defined(number, f"Title {number}", number / 7),
    "Pydantic models": lambda number: Model(id=number, title="Title", price=number / 7),
    "named tuples": lambda number: Point(number, -number),
    "enumerations": lambda number: Colour.RED,
    "moments in UTC": lambda number: MOMENT.replace(tzinfo=UTC, microsecond=number),
    "naive moments": lambda number: MOMENT.replace(microsecond=number),
    "dates": lambda number: date(2024, 5, 1 + number % 28),
    "times": lambda number: time(12, number % 60, 5),
    "decimals": lambda number: Decimal(number) / 8,
    "UUIDs": lambda number: UUID(int=number << 90),
}


def by_orjson(value: Any) -> bytes:
    return orjson.dumps(value, default=form, option=orjson.OPT_UTC_Z)


def form(value: Any) -> Any:
    """What orjson is told of the classes that it does not know."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump(mode="json")
    return list(value) if isinstance(value, tuple) else attrs.asdict(value, recurse=False)


@pytest.mark.parametrize("name", VALUES)
def test_dumps(benchmark: BenchmarkFixture, name: str) -> None:
    values = [VALUES[name](number) for number in range(COUNT)]
    race(
        benchmark,
        lambda: dumps(values),
        stock=lambda: by_orjson(values),
        title=f"`core.json.dumps` of 1,000 {name}; stock is orjson",
        goal=LEVEL,
    )


@pytest.mark.parametrize("name", ["plain structures", "texts beyond ASCII", "integers", "floats"])
def test_loads(benchmark: BenchmarkFixture, name: str) -> None:
    body = orjson.dumps([VALUES[name](number) for number in range(COUNT)])
    race_to_read(benchmark, body, f"`core.json.loads` of 1,000 {name}; stock is orjson")


def test_loads_of_indented_text(benchmark: BenchmarkFixture) -> None:
    body = json.dumps([plain(number) for number in range(COUNT)], indent=2).encode()
    race_to_read(benchmark, body, "`core.json.loads` of indented text; stock is orjson")


def test_small_documents(benchmark: BenchmarkFixture) -> None:
    value = {"id": 1, "name": "one", "ok": True}
    race(
        benchmark,
        lambda: dumps(loads(dumps(value))),
        stock=lambda: orjson.dumps(orjson.loads(orjson.dumps(value))),
        title="`core.json`: an object of three fields, there and back; stock is orjson",
        goal=LEVEL,
    )


def race_to_read(benchmark: BenchmarkFixture, body: bytes, title: str) -> None:
    assert loads(body) == orjson.loads(body)
    race(
        benchmark, reading(loads, body), stock=reading(orjson.loads, body), title=title, goal=LEVEL
    )


def reading(read: Callable[[bytes], Any], body: bytes) -> Work:
    return lambda: b"%d" % len(read(body))
