"""What the page compares: one entry here is one more row on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse

from shop.models import Book
from showcase.imports import BookImport, rows_to_import

View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Endpoint:
    """A request that both engines answer."""

    key: str
    title: str
    note: str
    #: Made when it is asked for: what is in the database decides.
    url: Callable[[], str]
    method: str = "GET"
    #: What is sent, as data for JSON.
    body: Callable[[], Any] | None = None
    #: For a view that no URL leads to.
    own_view: Callable[..., HttpResponse] | None = None

    @property
    def is_write(self) -> bool:
        """Whether the database has to be put back afterwards."""
        return self.method != "GET"

    def view(self, url: str) -> View:
        """The view behind a URL that :attr:`url` has made."""
        if self.own_view is not None:
            return self.own_view
        match = resolve(url.partition("?")[0])
        return partial(match.func, *match.args, **match.kwargs)

    def content(self) -> bytes:
        """The body of a request."""
        return b"" if self.body is None else json.dumps(self.body()).encode()

    def request(self, url: str, content: bytes) -> HttpRequest:
        """A fresh request, from an anonymous client on this machine."""
        factory = RequestFactory(SERVER_NAME="localhost", headers={"accept": "application/json"})
        kind = "application/json"
        request: HttpRequest = factory.generic(self.method, url, content, content_type=kind)
        return request


def _books(query: str = "") -> Callable[[], str]:
    return lambda: reverse("book-list") + query


def _any_book() -> str:
    """The first book, or one that is not there while there is none."""
    pk = Book.objects.order_by("pk").values_list("pk", flat=True).first()
    return reverse("book-detail", args=[pk or 0])


ENDPOINTS = (
    Endpoint("page", "A page of 25 books", "What most lists ask for.", _books()),
    Endpoint(
        "large",
        "1,000 books at once",
        "Each with its publisher, its author and its tags.",
        _books("?page_size=1000"),
    ),
    Endpoint("one", "One book", "A single nested object.", _any_book),
    Endpoint(
        "search",
        "A search",
        "Filtered, searched and sorted by the database.",
        _books("?status=sale&search=river&ordering=-price&page_size=200"),
    ),
    Endpoint(
        "import",
        "An import of 200 books",
        "Parsed, validated with every look-up, inserted, answered; then rolled back.",
        lambda: "/import/",
        method="POST",
        body=rows_to_import,
        own_view=BookImport.as_view(),
    ),
)
BY_KEY = {endpoint.key: endpoint for endpoint in ENDPOINTS}
