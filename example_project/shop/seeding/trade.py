"""What customers said of books, and what they bought."""

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.contrib.auth.models import User

from shop.models import Book, Order, OrderLine, Review
from shop.seeding.chance import MOST_REVIEWS, chance, identity, moment, stars_of
from shop.seeding.inserting import insert

#: Every so many books there is an order, of that book and some after it.
BOOKS_AN_ORDER = 4
MOST_LINES = 5
OPINIONS = ["", "Could not put it down.", "Too long.", "A gift that was liked.", "Twice, at least."]


def make_reviews(books: Mapping[int, Book], buyers: Sequence[User]) -> None:
    """What each of some customers thinks of each book."""
    Review.objects.bulk_create(
        Review(
            book=book,
            customer=customer,
            stars=stars,
            text=rng.choice(OPINIONS),
            created=moment(rng),
        )
        for number, book in books.items()
        for rng in [chance("reviews", number)]
        for customer, stars in zip(rng.sample(buyers, MOST_REVIEWS), stars_of(number), strict=False)
    )


def make_orders(books: Mapping[int, Book], buyers: Sequence[User]) -> None:
    """One order for every few books, which it begins with one of."""
    shelf = list(books.values())
    made = [
        _order(number, book, shelf, buyers)
        for number, book in books.items()
        if number % BOOKS_AN_ORDER == 0
    ]
    insert(Order, [order for order, _ in made], by="reference")
    OrderLine.objects.bulk_create(line for _, lines in made for line in lines)


def _order(
    number: int, book: Book, shelf: Sequence[Book], buyers: Sequence[User]
) -> tuple[Order, list[OrderLine]]:
    rng = chance("order", number)
    chosen = {book.pk: book} | {other.pk: other for other in _some(rng, shelf)}
    created = moment(rng)
    paid = created if rng.random() < 0.9 else None
    order = Order(
        reference=str(identity("order", number)),
        customer=rng.choice(buyers),
        status=Order.Status.PAID if paid else Order.Status.PLACED,
        created=created,
        paid=paid,
    )
    lines = [_line(order, each, rng.randrange(1, 4)) for each in chosen.values()]
    order.total = sum((line.price * line.quantity for line in lines), Decimal())
    return order, lines


def _line(order: Order, book: Book, quantity: int) -> OrderLine:
    return OrderLine(order=order, book=book, quantity=quantity, title=book.title, price=book.price)


def _some(rng: random.Random, shelf: Sequence[Book]) -> list[Book]:
    return rng.sample(shelf, min(len(shelf), rng.randrange(MOST_LINES)))
