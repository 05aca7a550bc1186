"""What the public names give, as mypy sees them.

Checked by mypy with everything else (`make lint`); nothing here runs. An unused ``type: ignore`` is
an error there, so each one below shows that a mistake is found.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, assert_type

from django.http import HttpRequest, HttpResponse

import django_rustaccel
from django_rustaccel import passwords, querysets
from django_rustaccel.drf.explanation import Explanation
from django_rustaccel.ratelimit import Decision, Limiter, ratelimit
from django_rustaccel.signing import TimestampSigner
from django_rustaccel.validation import Row, Validator
from shop.models import Book
from shop.serializers import BookSerializer


def inside() -> None:
    explanation = django_rustaccel.explain(BookSerializer, Book.objects.all())
    assert_type(explanation, Explanation)
    assert_type(explanation.tier, str)
    assert_type(explanation.as_dict(), dict[str, Any])
    assert_type(django_rustaccel.__version__, str)
    with django_rustaccel.disabled():
        django_rustaccel.stats()


def exports() -> None:
    books = Book.objects.all()
    assert_type(querysets.to_json(books, ["title"]), bytes)
    assert_type(querysets.to_csv(books), bytes)
    assert_type(querysets.stream_json(books, chunk_size=10), Iterator[bytes])
    assert_type(querysets.stream_ndjson(books), Iterator[bytes])
    assert_type(querysets.JSONResponse(books).content, bytes)
    querysets.to_json([1, 2])  # type: ignore[arg-type]


def limits() -> None:
    limiter = Limiter("100/h")
    assert_type(limiter.hit("key"), Decision)
    assert_type(bool(limiter.peek("key")), bool)
    limiter.hit(1)  # type: ignore[arg-type]


async def limits_beside_a_loop() -> None:
    assert_type(await Limiter("100/h").ahit("key"), Decision)
    assert_type(await passwords.averify_password("password", "encoded"), bool)


@ratelimit("5/m", key="ip")
def login(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@django_rustaccel.disabled()
def stock(book: Book) -> str:
    return book.title


def decorated(request: HttpRequest, book: Book) -> None:
    assert_type(login(request), HttpResponse)
    assert_type(stock(book), str)


def secrets() -> None:
    assert_type(passwords.hash_password("password"), str)
    assert_type(passwords.verify_password("password", "encoded"), bool)
    signer = TimestampSigner()
    assert_type(signer.unsign(signer.sign("value"), max_age=timedelta(days=1)), str)


def validation() -> None:
    validator = Validator(BookSerializer)
    assert_type(validator.validate_many_json(b"[]"), list[Any])
    for row in validator.validate_ndjson([b"{}"]):
        assert_type(row, Row)
