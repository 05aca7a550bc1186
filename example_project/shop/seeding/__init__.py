"""A bookshop out of a seeded random source: the same one on every machine.

What is there already stays: seeding again, or after an interruption, makes what is missing.
"""

from collections.abc import Generator

from django.db import transaction

from shop.seeding.catalogue import Surroundings, make_books, missing
from shop.seeding.customers import customers
from shop.seeding.trade import make_orders, make_reviews

__all__ = ["seed"]

BATCH = 500


def seed(count: int, password: str) -> Generator[int, None, None]:
    """Have `count` books, and what belongs to them; yields how many are there after each batch.

    Parameters: `password` is what new customers log in with. Each batch is one transaction, with
    the reviews and orders of its books.
    """
    with transaction.atomic():
        surroundings, buyers = Surroundings.ready(), customers(password)
    numbers = missing(count)
    done = count - len(numbers)
    yield done
    for start in range(0, len(numbers), BATCH):
        batch = numbers[start : start + BATCH]
        with transaction.atomic():
            books = make_books(batch, surroundings)
            make_reviews(books, buyers)
            make_orders(books, buyers)
        done += len(batch)
        yield done
