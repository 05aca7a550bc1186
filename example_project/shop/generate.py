"""Books out of a seeded random source: the same ones on every machine."""

import datetime
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction

from shop.models import Author, Book, Publisher, Tag

SEED = 1815
BATCH = 250
FIRST_NAMES = ["Ada", "Chinua", "Clarice", "Gabriela", "Jorge", "Märta", "Naguib", "Zadie", "陽子"]
LAST_NAMES = ["Achterberg", "Borges", "Ćosić", "Eco", "Le Guin", "Ngũgĩ", "O’Brien", "Sōseki"]
NOUNS = ["Archive", "Café", "Garden", "Harbour", "Library", "Machine", "Night", "River", "Winter"]
ADJECTIVES = ["Blue", "Careful", "Endless", "Forgotten", "Naïve", "Quiet", "Second", "“Small”"]
COUNTRIES = ["BR", "DE", "JP", "KE", "NG", "SE", "US"]
TAGS = ["classic", "crime", "essay", "fantasy", "history", "poetry", "science", "travel"]
EPOCH = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
SECONDS = 30 * 365 * 24 * 3600


def generate(count: int) -> Iterator[int]:
    """Replace all books with `count` new ones; yields how many each committed batch added."""
    rng = random.Random(SEED)
    with transaction.atomic():
        for model in (Book, Publisher, Author, Tag):
            model.objects.all().delete()
        publishers, authors, tags = _publishers(rng), _authors(rng), _tags()
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        with transaction.atomic():
            books = Book.objects.bulk_create(
                _book(rng, rng.choice(publishers), rng.choice(authors)) for _ in range(size)
            )
            Book.tags.through.objects.bulk_create(
                Book.tags.through(book_id=book.pk, tag_id=tag.pk)
                for book in books
                for tag in rng.sample(tags, 3)
            )
        yield size


def _publishers(rng: random.Random) -> list[Publisher]:
    return Publisher.objects.bulk_create(
        Publisher(name=f"{noun} Press", country=rng.choice(COUNTRIES)) for noun in NOUNS
    )


def _authors(rng: random.Random) -> list[Author]:
    return Author.objects.bulk_create(
        Author(name=f"{first} {last}", born=datetime.date(rng.randrange(1880, 2000), 2, 28))
        for first in FIRST_NAMES
        for last in LAST_NAMES
    )


def _tags() -> list[Tag]:
    return Tag.objects.bulk_create(Tag(name=name) for name in TAGS)


def _book(rng: random.Random, publisher: Publisher, author: Author) -> Book:
    created = EPOCH + datetime.timedelta(seconds=rng.randrange(SECONDS))
    return Book(
        uuid=uuid.UUID(int=rng.getrandbits(128), version=4),
        title=_title(rng),
        summary=". ".join(_title(rng) for _ in range(6)),
        price=Decimal(rng.randrange(100, 10_000)).scaleb(-2),
        rating=rng.choice([None, round(rng.uniform(1, 5), 2)]),
        pages=rng.randrange(40, 1200),
        in_print=rng.random() < 0.8,
        published=rng.choice([None, created.date()]),
        created=created,
        updated=created + datetime.timedelta(microseconds=rng.randrange(10**12)),
        status=rng.choice(Book.Status.values),
        publisher=publisher,
        author=author,
    )


def _title(rng: random.Random) -> str:
    return f"The {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
