"""What both applications answer."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID


@dataclass
class Book:
    """One book of the shop."""

    id: UUID
    title: str
    published: datetime


def books(count: int) -> list[Book]:
    """So many books, the same ones every time."""
    chance = random.Random(count)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return [
        Book(UUID(int=number), f"Volume {number}", start + timedelta(days=chance.randrange(9000)))
        for number in range(count)
    ]


WEBHOOKS = {"/hooks/": {"scheme": "github", "secrets": "only the sender and this example know"}}
