"""A small shop, made of nothing but its models."""

import datetime
import uuid
from decimal import Decimal

from shop.models import Author, Book, Publisher, Tag

CREATED = datetime.datetime(2020, 2, 29, 12, 30, tzinfo=datetime.UTC)


def fill_shop(count: int = 30) -> None:
    """So many books of one publisher and one author, with two tags each."""
    publisher = Publisher.objects.create(name="Harbour Press", country="SE")
    author = Author.objects.create(name="Märta Ćosić", born=datetime.date(1950, 5, 5))
    tags = Tag.objects.bulk_create([Tag(name="classic"), Tag(name="river")])
    books = Book.objects.bulk_create(_book(number, publisher, author) for number in range(count))
    Book.tags.through.objects.bulk_create(
        Book.tags.through(book_id=book.pk, tag_id=tag.pk) for book in books for tag in tags
    )


def _book(number: int, publisher: Publisher, author: Author) -> Book:
    return Book(
        uuid=uuid.UUID(int=number),
        title=f"The “Small” River {number}",
        price=Decimal(number).scaleb(-2) + 1,
        pages=100 + number,
        created=CREATED,
        updated=CREATED,
        status=Book.Status.ON_SALE,
        publisher=publisher,
        author=author,
    )
