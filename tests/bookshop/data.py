"""Rows for the shop: the same ones on every run, so that two runs can be compared."""

import datetime
import random
import uuid
from decimal import Decimal

from .models import Book, Publisher, Tag

TEXT = (
    "the a of in old river garden letters winter house northern light and island stories"
    " history silent morning harbour paper machine glass between mountain voices"
)
ODD_TEXT = TEXT + " naïve “quoted” \" <b>&amp;</b> back\\slash it's 日本語 🐍 \t\u2028"
WORDS, ODD_WORDS = TEXT.split(" "), ODD_TEXT.split(" ")
START = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
PUBLISHERS = 20
TAGS = 12
TAGS_PER_BOOK = 3


def fill_shop(books: int, using: str = "default", seed: int = 20240229) -> None:
    """Insert `books` books with their publishers and tags into the database `using`."""
    rng = random.Random(seed)
    publishers = Publisher.objects.using(using).bulk_create(
        Publisher(name=f"House No. {n}", country=rng.choice(["de", "fr", "jp"]))
        for n in range(PUBLISHERS)
    )
    tags = Tag.objects.using(using).bulk_create(
        Tag(name=f"tag-{n}", colour=f"#{rng.randrange(1 << 24):06x}") for n in range(TAGS)
    )
    made = Book.objects.using(using).bulk_create(
        make_book(rng, n, rng.choice(publishers)) for n in range(books)
    )
    link = Book.tags.through
    link.objects.using(using).bulk_create(
        link(book_id=book.pk, tag_id=tag.pk)
        for book in made
        for tag in rng.sample(tags, TAGS_PER_BOOK)
    )


def make_book(rng: random.Random, number: int, publisher: Publisher | None) -> Book:
    """An unsaved book; about one in eight has odd words, no rating, no date or whole seconds."""
    words = ODD_WORDS if rng.random() < 0.125 else WORDS
    created = START + datetime.timedelta(seconds=rng.randrange(700_000_000))
    return Book(
        uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
        title=f"{' '.join(rng.choices(words, k=5))} {number}",
        summary=" ".join(rng.choices(words, k=25)),
        isbn=f"978{rng.randrange(10**10):010d}",
        price=Decimal(rng.randrange(10**6)).scaleb(-2),
        rating=None if rng.random() < 0.125 else round(rng.uniform(0, 5), 2),
        pages=rng.randrange(20, 2000),
        stock=rng.randrange(-5, 500),
        in_print=rng.random() < 0.75,
        published=None if rng.random() < 0.125 else created.date(),
        created=created,
        updated=created
        + datetime.timedelta(microseconds=rng.randrange(8) and rng.randrange(10**12)),
        status=rng.choice(Book.Status.values),
        publisher=publisher,
    )
