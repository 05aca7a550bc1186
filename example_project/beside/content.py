"""What both applications answer."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
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

#: With several workers: LIMITS=shared:// or a Redis.
LIMITS: dict[str, Any] = {
    "storage": os.environ.get("LIMITS", "local://"),
    "rules": [
        {"rate": "5/m", "key": "ip", "paths": ["/login/"], "methods": ["POST"]},
        {"rate": "1000/m", "key": "ip"},
    ],
}

#: The hashes of passwords by name; a database in a real application.
ACCOUNTS: dict[str, str] = {}

#: Who has no account waits as long as who has, so that nobody learns which names there are.
NOBODY = f"argon2$argon2id$v=19$m=102400,t=2,p=8$bm9ib2R5bm9ib2R5${'A' * 43}"
