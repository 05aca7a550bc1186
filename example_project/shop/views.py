"""The API."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from shop.models import Book
from shop.serializers import BookSerializer


class BookPagination(PageNumberPagination):
    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 1000


class BookViewSet(ReadOnlyModelViewSet[Book]):
    queryset = (
        Book.objects.select_related("publisher", "author").prefetch_related("tags").order_by("pk")
    )
    serializer_class = BookSerializer
    pagination_class = BookPagination
