"""The page that compares the API with stock."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from shop.comparison import CASES, Case, compare_case


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
