"""Validation: `full_clean_many` against the loop of `full_clean` that it stands for."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import race
from bookshop.data import make_book
from bookshop.models import Book, Constrained, Publisher
from django_rustaccel.exceptions import BulkValidationError
from django_rustaccel.validation import full_clean_many

COUNT = 10_000
pytestmark = pytest.mark.django_db


def loop(instances: list[Any]) -> bytes:
    errors = {}
    for index, instance in enumerate(instances):
        try:
            instance.full_clean()
        except ValidationError as error:
            errors[index] = error.message_dict
    return repr(errors).encode()


def many(instances: list[Any]) -> bytes:
    try:
        full_clean_many(instances)
    except BulkValidationError as error:
        return repr(error.as_dict()).encode()
    return b"{}"


def full_clean(benchmark: BenchmarkFixture, instances: list[Any], title: str) -> None:
    work: Callable[[], bytes] = lambda: many(instances)  # noqa: E731
    race(benchmark, work, stock=lambda: loop(instances), title=title, goal=20)


def books(count: int) -> list[Book]:
    rng = random.Random(1)
    publishers = [Publisher.objects.create(name=f"House {n}", country="de") for n in range(20)]
    made = [make_book(rng, number, rng.choice(publishers)) for number in range(count)]
    for book in made:
        book.rating, book.published = book.rating or 1.0, book.published or book.created.date()
        book.title, book.summary = book.title.strip(), book.summary.strip()
    return made


def test_books(benchmark: BenchmarkFixture) -> None:
    title = "`full_clean_many` of 10,000 books, a unique field and a foreign key each"
    full_clean(benchmark, books(COUNT), title)


def test_books_three_wrong(benchmark: BenchmarkFixture) -> None:
    made = books(COUNT)
    made[10].pages, made[5000].status, made[9999].publisher_id = -1, "lost", 0
    full_clean(benchmark, made, "`full_clean_many` of 10,000 books, three of them wrong")


def test_constraints(benchmark: BenchmarkFixture) -> None:
    # Stock asks the database six times for each: ten times as many would take minutes.
    made = [
        Constrained(name=f"n{n}", group=n % 100, low=n, high=n + 1 if n % 2 else None)
        for n in range(1000)
    ]
    full_clean(benchmark, made, "`full_clean_many` of 1,000 rows with six constraints")
