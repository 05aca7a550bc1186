"""Books, authors, publishers and tags: everybody reads, the staff writes."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from shop.api.filters import BookFilter
from shop.api.pagination import CataloguePagination
from shop.api.permissions import IsStaffOrReadOnly
from shop.models import Author, Book, Publisher, Tag
from shop.prices import change_prices
from shop.serializers import (
    AuthorSerializer,
    BookDetailSerializer,
    BookSerializer,
    CoverSerializer,
    PriceSerializer,
    PublisherSerializer,
    TagSerializer,
)


class CatalogueViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    GenericViewSet[Any],
):
    """Without deletion: what was once sold stays known."""

    permission_classes = [IsStaffOrReadOnly]
    pagination_class = CataloguePagination


class PublisherViewSet(CatalogueViewSet):
    queryset = Publisher.objects.order_by("pk")
    serializer_class = PublisherSerializer
    search_fields = ["name"]


class AuthorViewSet(CatalogueViewSet):
    queryset = Author.objects.order_by("pk")
    serializer_class = AuthorSerializer
    search_fields = ["name"]


class TagViewSet(CatalogueViewSet):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer


class BookViewSet(CatalogueViewSet):
    queryset = (
        Book.objects.select_related("publisher", "author").prefetch_related("tags").order_by("pk")
    )
    serializer_class = BookSerializer
    filterset_class = BookFilter
    search_fields = ["title", "author__name"]
    ordering_fields = ["title", "price", "rating", "published"]

    def get_serializer_class(self) -> type[BaseSerializer[Any]]:
        """Lists go without what only the page of a book shows."""
        if self.action in ("retrieve", "create", "update", "partial_update"):
            return BookDetailSerializer
        return super().get_serializer_class()

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        """Save, and remember when."""
        serializer.save(updated=timezone.now())

    @action(detail=False, methods=["post"], url_path="import")
    def bulk_import(self, request: Request) -> Response:
        """Create many books or none; their relations are looked up together."""
        serializer = self.get_serializer(data=request.data, many=True, max_length=1000)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            books = serializer.save()
        return Response({"created": [book.pk for book in books]}, status=201)

    @action(detail=False, methods=["post"], serializer_class=PriceSerializer)
    def prices(self, request: Request) -> Response:
        """Change the prices of many books or of none."""
        serializer = self.get_serializer(data=request.data, many=True, max_length=1000)
        serializer.is_valid(raise_exception=True)
        return Response({"changed": change_prices(serializer.validated_data)})

    @action(
        detail=True,
        methods=["put"],
        parser_classes=[MultiPartParser],
        serializer_class=CoverSerializer,
    )
    def cover(self, request: Request, pk: str) -> Response:
        """Replace the picture of a book."""
        book = self.get_object()
        old = book.cover.name
        serializer = self.get_serializer(book, data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(updated=timezone.now())
        if old:
            transaction.on_commit(lambda: book.cover.storage.delete(old))
        return Response(serializer.data)
