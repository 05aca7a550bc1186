"""Generic views over the shop, as a project would write them."""

from rest_framework import generics, pagination

from .models import Book
from .serializers import BookSerializer, NestedBookSerializer


class Page(pagination.PageNumberPagination):
    page_size = 25
    page_size_query_param = "size"


class Window(pagination.LimitOffsetPagination):
    default_limit = 25


class Cursor(pagination.CursorPagination):
    page_size = 25
    ordering = "-created"


def nested_books() -> object:
    return Book.objects.select_related("publisher").prefetch_related("tags").order_by("pk")


class BookList(generics.ListCreateAPIView):
    queryset = Book.objects.order_by("pk")
    serializer_class = BookSerializer


class NestedBookList(generics.ListAPIView):
    queryset = nested_books()
    serializer_class = NestedBookSerializer
    pagination_class = Page


class WindowBookList(NestedBookList):
    pagination_class = Window


class CursorBookList(NestedBookList):
    pagination_class = Cursor


class BookDetail(generics.RetrieveUpdateDestroyAPIView):
    queryset = nested_books()
    serializer_class = NestedBookSerializer
