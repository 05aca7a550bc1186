"""The catalogue as a file, and what sells best: plain Django views over querysets."""

from django.core.cache import cache
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from django_rustaccel.querysets import StreamingJSONResponse, to_csv, to_json
from django_rustaccel.ratelimit import ratelimit
from shop.models import Book

FIELDS = {
    "uuid": "uuid",
    "title": "title",
    "price": "price",
    "published": "published",
    "status": "status",
    "publisher": "publisher.name",
    "author": "author.name",
    "tags": ["name"],
}
BESTSELLERS = "bestsellers"
BESTSELLERS_SECONDS = 60


@require_safe
@ratelimit("30/m")
def export_books(request: HttpRequest, form: str) -> HttpResponseBase:
    """All books as ``json`` or ``ndjson`` in parts, or as ``csv``."""
    books = Book.objects.order_by("pk")
    headers = {"Content-Disposition": f'attachment; filename="books.{form}"'}
    if form == "csv":
        return HttpResponse(to_csv(books, FIELDS), content_type="text/csv", headers=headers)
    return StreamingJSONResponse(books, FIELDS, lines=form == "ndjson", headers=headers)


@require_safe
def bestsellers(request: HttpRequest) -> HttpResponse:
    """The twenty books of which most copies were ordered, at most a minute old."""
    body = cache.get_or_set(BESTSELLERS, _bestsellers, BESTSELLERS_SECONDS)
    return HttpResponse(body, content_type="application/json")


def _bestsellers() -> bytes:
    books = Book.objects.annotate(sold=Sum("lines__quantity")).filter(sold__gt=0)
    fields = ["id", "title", "sold"]
    return to_json(books.order_by("-sold", "pk")[:20], fields)
