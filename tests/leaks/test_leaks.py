"""The main operations, 100,000 times each (lists from the database 10,000): nothing stays.

Not part of a plain run: ``make leaks``.
"""

import io
import itertools
import json

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from bookshop.data import fill_shop
from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from cache.making import fresh
from django_rustaccel.cache import RustCache
from django_rustaccel.core.compression import compress
from django_rustaccel.drf.parsers import JSONParser
from django_rustaccel.hashers import PBKDF2PasswordHasher
from django_rustaccel.querysets import to_csv, to_json
from django_rustaccel.ratelimit import Limiter
from django_rustaccel.signing import TimestampSigner
from django_rustaccel.validation import Validator
from memory import growth

TIMES = 100_000
BLOCKS, BYTES = 1000, 4_000_000
GOOD = {"title": "é and more", "tags": ["a", "b"], "price": "12.50", "at": "2024-02-29T12:30:15Z"}
BAD = {"title": "", "tags": ["a", 1, None], "price": "12.505", "at": "yesterday"}


class Order(serializers.Serializer):
    title = serializers.CharField(max_length=50)
    tags = serializers.ListField(child=serializers.CharField())
    price = serializers.DecimalField(max_digits=6, decimal_places=2)
    at = serializers.DateTimeField()


ORDERS = Validator(Order)
LIMITER = Limiter("5/s")
BODY = json.dumps(GOOD).encode()
ORDERED_BOOKS = Book.objects.order_by("pk")


def validated(data):
    serializer = Order(data=data)
    return serializer.validated_data if serializer.is_valid() else serializer.errors


def refused(body: bytes) -> None:
    with pytest.raises(ValidationError):
        ORDERS.validate_json(body)


def signed(value: str) -> str:
    signer = TimestampSigner(key="key")
    return signer.unsign(signer.sign(value))


def rendered(serializer) -> bytes:
    return JSONRenderer().render(serializer.data)


WORK = {
    "valid input": lambda: validated(GOOD),
    "invalid input": lambda: validated(BAD),
    "valid list": lambda: ORDERS.validate_many_python([GOOD] * 3),
    "invalid JSON": lambda: refused(b'{"title": "open'),
    "body": lambda: JSONParser().parse(io.BytesIO(BODY))["title"],
    "password": lambda: PBKDF2PasswordHasher().encode("password", "salt", iterations=10),
    "signature": lambda: signed("value"),
    "limit": lambda: LIMITER.hit("key"),
    "gzip": lambda: compress("gzip", 6, 0, BODY * 20, 1 << 20),
}
READING = {
    "rows": lambda: rendered(NestedBookSerializer(ORDERED_BOOKS.all(), many=True)),
    "list looked at": lambda: BookSerializer(ORDERED_BOOKS.all(), many=True).data[0]["title"],
    "json": lambda: to_json(ORDERED_BOOKS.all(), ["title", "price"]),
    "csv": lambda: to_csv(ORDERED_BOOKS.all()),
}


@pytest.mark.parametrize("name", WORK)
def test_without_a_database(name):
    assert_nothing_stays(WORK[name])


@pytest.mark.parametrize("names", [1, 1000])
def test_cache(names):
    cache = fresh(RustCache, OPTIONS={"MAX_ENTRIES": 100})
    numbers = itertools.count()

    def work() -> None:
        name = str(next(numbers) % names)
        cache.set(name, {"value": [1, 2.5, "é"]})
        cache.get(name)
        cache.get("missing")

    assert_nothing_stays(work)


@pytest.mark.django_db
@pytest.mark.parametrize("name", READING)
def test_reading(name):
    fill_shop(3)
    assert_nothing_stays(READING[name], TIMES // 10)


@pytest.mark.django_db
def test_instances():
    fill_shop(1)
    book = Book.objects.get()
    assert_nothing_stays(lambda: rendered(BookSerializer(book)))


def assert_nothing_stays(work, times: int = TIMES) -> None:
    blocks, resident = growth(work, times)
    assert blocks < BLOCKS, f"{blocks} blocks of Python more after {times:,} times"
    assert resident < BYTES, f"{resident:,} bytes more after {times:,} times"
