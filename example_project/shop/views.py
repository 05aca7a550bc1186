"""The API, and the page that compares it with stock."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.pagination import PageNumberPagination
from rest_framework.viewsets import ReadOnlyModelViewSet

from shop.comparison import CASES, Case, compare_case
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


def compare(request: HttpRequest) -> HttpResponse:
    """The page for people; ``?case=`` chooses what is compared."""
    case = _chosen(request)
    context = {"cases": CASES, "chosen": case, "comparison": compare_case(case)}
    return render(request, "shop/compare.html", context)


def compare_json(request: HttpRequest) -> JsonResponse:
    """The same comparison for programs."""
    return JsonResponse(compare_case(_chosen(request)).as_dict())


def _chosen(request: HttpRequest) -> Case:
    key = request.GET.get("case")
    return next((case for case in CASES if case.key == key), CASES[0])
