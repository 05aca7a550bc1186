"""The import that the page measures. No URL leads here: it asks for no permission."""

import random
import uuid
from typing import Any

from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from shop.models import Author, Book, Publisher

ROWS = 200
SEED = 1852


class BookImportSerializer(serializers.ModelSerializer[Book]):
    class Meta:
        model = Book
        fields = [
            "uuid",
            "title",
            "summary",
            "price",
            "rating",
            "pages",
            "in_print",
            "published",
            "created",
            "updated",
            "status",
            "publisher",
            "author",
        ]


class BookImport(GenericAPIView[Book]):
    queryset = Book.objects.all()
    serializer_class = BookImportSerializer
    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """Create every book of a list, or none."""
        serializer = self.get_serializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        books = Book.objects.bulk_create(Book(**row) for row in serializer.validated_data)
        return Response(self.get_serializer(books, many=True).data, status=201)


def rows_to_import() -> list[dict[str, Any]]:
    """Rows that a client could send: the same for the same publishers and authors."""
    rng = random.Random(SEED)
    publishers = list(Publisher.objects.order_by("pk").values_list("pk", flat=True))
    authors = list(Author.objects.order_by("pk").values_list("pk", flat=True))
    if not publishers or not authors:
        return []
    return [_row(rng, rng.choice(publishers), rng.choice(authors)) for _ in range(ROWS)]


def _row(rng: random.Random, publisher: int, author: int) -> dict[str, Any]:
    day = f"{rng.randrange(1990, 2020)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    return {
        "uuid": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "title": f"Volume {rng.randrange(1, 1000)}",
        "summary": "Sent by a client, checked field by field. " * 3,
        "price": f"{rng.randrange(100, 10_000) / 100:.2f}",
        "rating": round(rng.uniform(1, 5), 2),
        "pages": rng.randrange(40, 1200),
        "in_print": rng.random() < 0.8,
        "published": day,
        "created": f"{day}T08:30:00Z",
        "updated": f"{day}T09:45:12.345678Z",
        "status": rng.choice(Book.Status.values),
        "publisher": publisher,
        "author": author,
    }
