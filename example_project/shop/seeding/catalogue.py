"""Publishers, authors, tags and books."""

import datetime
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import fmean
from typing import Any, TypeVar

from django.db.models import Model

from shop.models import Author, Book, Publisher, Tag
from shop.seeding.chance import chance, identity, moment, stars_of
from shop.seeding.inserting import insert

FIRST_NAMES = ["Ada", "Chinua", "Clarice", "Gabriela", "Jorge", "Märta", "Naguib", "Zadie", "陽子"]
LAST_NAMES = ["Achterberg", "Borges", "Ćosić", "Eco", "Le Guin", "Ngũgĩ", "O’Brien", "Sōseki"]
NOUNS = ["Archive", "Café", "Garden", "Harbour", "Library", "Machine", "Night", "River", "Winter"]
ADJECTIVES = ["Blue", "Careful", "Endless", "Forgotten", "Naïve", "Quiet", "Second", "“Small”"]
COUNTRIES = ["BR", "DE", "JP", "KE", "NG", "SE", "US"]
TAGS = ["classic", "crime", "essay", "fantasy", "history", "poetry", "science", "travel"]
TAGS_EACH = 3

Named = TypeVar("Named", bound=Model)


@dataclass(frozen=True)
class Surroundings:
    """What every book refers to."""

    publishers: Sequence[Publisher]
    authors: Sequence[Author]
    tags: Sequence[Tag]

    @classmethod
    def ready(cls) -> "Surroundings":
        """All of it, with what is missing made."""
        return cls(
            _named(Publisher, map(_publisher, range(len(NOUNS)))),
            _named(Author, map(_author, range(len(FIRST_NAMES) * len(LAST_NAMES)))),
            _named(Tag, (Tag(name=name) for name in TAGS)),
        )


def _named(model: type[Named], wanted: Iterable[Any]) -> list[Named]:
    """The rows of these names, which are as good as keys here, in their order."""
    by_name = {row.name: row for row in wanted}
    rows: Any = model._default_manager
    there = {row.name: row for row in rows.filter(name__in=by_name).order_by("-pk")}
    new = {name: row for name, row in by_name.items() if name not in there}
    insert(model, new.values(), by="name")
    return [(there | new)[name] for name in by_name]


def _publisher(number: int) -> Publisher:
    country = chance("publisher", number).choice(COUNTRIES)
    return Publisher(name=f"{NOUNS[number]} Press", country=country)


def _author(number: int) -> Author:
    first, last = divmod(number, len(LAST_NAMES))
    born = datetime.date(chance("author", number).randrange(1880, 2000), 2, 28)
    return Author(name=f"{FIRST_NAMES[first]} {LAST_NAMES[last]}", born=born)


def missing(count: int) -> list[int]:
    """The numbers of the first `count` books that are not there."""
    there = set(Book.objects.values_list("uuid", flat=True))
    return [number for number in range(count) if identity("book", number) not in there]


def make_books(numbers: Iterable[int], surroundings: Surroundings) -> dict[int, Book]:
    """These books, with their tags, by their numbers."""
    sources = {number: chance("book", number) for number in numbers}
    books = {number: _book(number, rng, surroundings) for number, rng in sources.items()}
    insert(Book, books.values(), by="uuid")
    links = Book.tags.through
    links._default_manager.bulk_create(
        links(book_id=books[number].pk, tag_id=tag.pk)
        for number, rng in sources.items()
        for tag in rng.sample(surroundings.tags, TAGS_EACH)
    )
    return books


def _book(number: int, rng: random.Random, surroundings: Surroundings) -> Book:
    created, stars = moment(rng), stars_of(number)
    return Book(
        uuid=identity("book", number),
        title=_title(rng),
        summary=". ".join(_title(rng) for _ in range(6)),
        price=Decimal(rng.randrange(100, 10_000)).scaleb(-2),
        rating=fmean(stars) if stars else None,
        pages=rng.randrange(40, 1200),
        in_print=rng.random() < 0.8,
        published=rng.choice([None, created.date()]),
        created=created,
        updated=created + datetime.timedelta(microseconds=rng.randrange(10**12)),
        status=rng.choice(Book.Status.values),
        publisher=rng.choice(surroundings.publishers),
        author=rng.choice(surroundings.authors),
    )


def _title(rng: random.Random) -> str:
    return f"The {rng.choice(ADJECTIVES)} {rng.choice(NOUNS)}"
