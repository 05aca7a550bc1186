"""Random sources that do not depend on what was made before."""

import datetime
import random
import uuid

EPOCH = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)
YEARS = 30
SECONDS = YEARS * 365 * 24 * 3600

MOST_REVIEWS = 2

_NAMESPACE = uuid.UUID("6f2f3b0e-5a39-4d34-9a1c-1815ada10ce5")


def chance(of: str, number: int) -> random.Random:
    """The random source of one thing."""
    return random.Random(f"{of} {number}")


def identity(of: str, number: int) -> uuid.UUID:
    """The UUID of one thing, by which it is known when seeding again."""
    return uuid.uuid5(_NAMESPACE, f"{of} {number}")


def moment(rng: random.Random) -> datetime.datetime:
    """Some second of those years."""
    return EPOCH + datetime.timedelta(seconds=rng.randrange(SECONDS))


def stars_of(number: int) -> list[int]:
    """What customers give a book, which its rating is the mean of."""
    rng = chance("stars", number)
    return [rng.randrange(1, 6) for _ in range(rng.randrange(MOST_REVIEWS + 1))]
