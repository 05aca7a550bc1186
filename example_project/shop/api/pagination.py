"""How lists are cut into pages; each of DRF's three kinds has its place."""

from rest_framework.pagination import (
    CursorPagination,
    LimitOffsetPagination,
    PageNumberPagination,
)


class CataloguePagination(PageNumberPagination):
    """Pages by number, for a list in which people leaf."""

    page_size = 25
    page_size_query_param = "page_size"
    max_page_size = 1000


class NewestFirstPagination(CursorPagination):
    """Pages that do not shift while new rows come in."""

    page_size = 25
    ordering = ("-created", "-pk")


class OrderPagination(LimitOffsetPagination):
    default_limit = 25
    max_limit = 100
