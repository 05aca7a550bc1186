"""A shop with a few books, and what tests ask of it."""

import tempfile
from dataclasses import dataclass
from typing import Any
from unittest import TestCase as PlainTestCase

from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext, override_settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

import django_rustaccel
from shop.models import Book
from shop.seeding import seed
from shop.seeding.customers import STAFF

BOOKS = 60
PASSWORD = "open sesame"
FAST_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Answer:
    """What a client sees, and what it took."""

    status: int
    content_type: str
    body: bytes
    queries: int
    tiers: dict[str, int]

    @property
    def seen(self) -> tuple[int, str, bytes]:
        return self.status, self.content_type, self.body


def ask(client: Any, url: str) -> Answer:
    """Call an endpoint and look on: which tiers read, and by how many queries."""
    before = django_rustaccel.stats()["read"]
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
        body = b"".join(response) if response.streaming else response.content
    after = django_rustaccel.stats()["read"]
    tiers = {name: after[name] - before[name] for name in after if after[name] > before[name]}
    return Answer(response.status_code, response["Content-Type"], body, len(queries), tiers)


def ask_both(client: Any, url: str) -> tuple[Answer, Answer]:
    """The answers of stock Django REST framework and of ours."""
    with django_rustaccel.disabled():
        stock = ask(client, url)
    return stock, ask(client, url)


def own_settings(test: PlainTestCase) -> dict[str, Any]:
    """Settings under which a test counts calls for itself, and leaves no files behind."""
    limits = {**settings.RUSTACCEL["RATE_LIMIT"], "STORAGE": f"local://{test.id()}"}
    return {
        "MEDIA_ROOT": test.enterContext(tempfile.TemporaryDirectory()),
        "RUSTACCEL": {**settings.RUSTACCEL, "RATE_LIMIT": limits},
    }


def token_of(user: User) -> str:
    """What the user's programs send."""
    return f"Token {Token.objects.get_or_create(user=user)[0].key}"


@override_settings(PASSWORD_HASHERS=FAST_HASHERS)
class ShopTestCase(TestCase):
    """Sixty books, their customers, and clients of both."""

    keeper: User
    reader: User
    other: User

    @classmethod
    def setUpTestData(cls) -> None:
        for _ in seed(BOOKS, PASSWORD):
            pass
        cls.keeper = User.objects.get(username=STAFF)
        cls.reader, cls.other = User.objects.filter(is_staff=False).order_by("pk")[:2]

    def setUp(self) -> None:
        self.enterContext(override_settings(**own_settings(self)))
        self.addCleanup(cache.clear)

    def api(self, user: User | None = None) -> APIClient:
        """A client that sends JSON, as this user."""
        client = APIClient()
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=token_of(user))
        return client

    def on_sale(self) -> Any:
        """Books that can be ordered."""
        return Book.objects.filter(status=Book.Status.ON_SALE).order_by("pk")
