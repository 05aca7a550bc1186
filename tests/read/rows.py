"""Rows for the models of `bookshop.models.fields`: ordinary, extreme and empty ones."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

from bookshop.models import Everything, Nothing, Numbers

ORDINARY: dict[str, Any] = {
    "big": 2**40,
    "binary": b"ab",
    "boolean": True,
    "char": "plain",
    "choice": "a",
    "choice_number": 1,
    "date": datetime.date(2024, 2, 29),
    "datetime": datetime.datetime(2024, 2, 29, 12, 30, 15, tzinfo=datetime.UTC),
    "decimal": Decimal("12.500000"),
    "duration": datetime.timedelta(days=1, hours=2),
    "email": "a@example.com",
    "file": "files/a b.txt",
    "filepath": "/etc/hosts",
    "float": 1.5,
    "image": "images/ü.png",
    "integer": 7,
    "ip": "10.0.0.1",
    "json": {"a": [1, 2.5, None, "ü"]},
    "positive": 1,
    "positive_big": 2**60,
    "positive_small": 3,
    "slug": "a-slug",
    "small": -3,
    "text": "12",
    "time": datetime.time(12, 30),
    "url": "https://example.com/?a=b",
    "uuid": uuid.UUID("12345678-1234-5678-1234-567812345678"),
}
EXTREME: dict[str, Any] = ORDINARY | {
    "big": -(2**63),
    "binary": bytes(range(128)),
    "boolean": False,
    "char": '“q” " \\ </b>\u2028 🐍 \x7f\x1f\t',
    "choice": "x",
    "choice_number": 99,
    "date": datetime.date(9999, 12, 31),
    "datetime": datetime.datetime(2024, 10, 27, 1, 30, 0, 7, tzinfo=datetime.UTC),
    "decimal": Decimal("-99999999.999999"),
    "duration": -datetime.timedelta(days=3, microseconds=1),
    "file": "",
    "float": -0.0,
    "image": "",
    "integer": -(2**31),
    "ip": "2001:db8::1",
    "json": [{"nested": {"€": "\\"}}, 1e300, -1, True, "\u2029"],
    "positive_big": 2**63 - 1,
    "text": "",
    "time": datetime.time(23, 59, 59, 999999),
    "uuid": uuid.UUID(int=0),
}
TINY: dict[str, Any] = ORDINARY | {
    "date": datetime.date(1, 1, 1),
    "datetime": datetime.datetime(1000, 1, 1, tzinfo=datetime.UTC),
    "decimal": Decimal("0.000001"),
    "duration": datetime.timedelta(0),
    "float": 5e-300,
    "integer": 0,
    "json": "just text",
    "text": " 3.0 ",
    "time": datetime.time(0),
}


def fill_fields(using: str = "default") -> None:
    Everything.objects.using(using).bulk_create(
        Everything(**row) for row in (ORDINARY, EXTREME, TINY)
    )
    Nothing.objects.using(using).bulk_create([Nothing(), Nothing(**ORDINARY), Nothing(**EXTREME)])
    Numbers.objects.using(using).bulk_create(
        Numbers(whole=whole, cents=cents, fine=fine, fraction=fraction)
        for whole, cents, fine, fraction in (
            (0, 0, 0, None),
            (Decimal(-1), Decimal("1.10"), Decimal("1e-15"), Decimal("0.99999")),
            (9999999999, Decimal("-12345678.05"), Decimal("12345.5"), Decimal(0)),
        )
    )
