"""Points of reference beside stock DRF: what others, and no framework at all, need.

None of them is held to equal bytes: orjson spells floats and text its own way, and a bare cursor
stops at Python values.
"""

import importlib.util
from typing import Any

import orjson
from django.db import connection
from django.db.models import QuerySet

from bench.race import Work
from bookshop.models import Book
from bookshop.serializers import COLUMNS


def fetchall(*querysets: QuerySet[Any]) -> Work:
    """The rows of `querysets` through Django's cursor, their SQL compiled beforehand."""
    statements = [queryset.query.sql_with_params() for queryset in querysets]

    def run() -> None:
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                cursor.fetchall()

    return run


def book_tags() -> QuerySet[Any]:
    """The query that a prefetch of the tags comes down to."""
    return Book.tags.through.objects.select_related("tag")


def orjson_over(serializer: type, source: Any) -> Work:
    """Stock `.data` with orjson in place of the renderer."""
    return lambda: orjson.dumps(serializer(source(), many=True).data, default=str)


def drf_oxide(nested: bool, source: Any) -> dict[str, Work]:
    """drf-oxide on its own drop-in classes; empty when it is not installed."""
    if importlib.util.find_spec("drf_oxide") is None:
        return {}
    from drf_oxide.renderers import JSONRenderer

    serializer = _oxide_serializer(nested)
    return {"drf-oxide": lambda: JSONRenderer().render(serializer(source(), many=True).data)}


def _oxide_serializer(nested: bool) -> type:
    from drf_oxide import serializers

    def model_serializer(model: type, names: list[str], **declared: Any) -> type:
        meta = type("Meta", (), {"model": model, "fields": names})
        return type(
            f"Oxide{model.__name__}", (serializers.ModelSerializer,), {"Meta": meta, **declared}
        )

    if not nested:
        return model_serializer(Book, COLUMNS)
    publisher = model_serializer(Book.publisher.field.related_model, ["id", "name", "country"])
    tag = model_serializer(Book.tags.field.related_model, ["id", "name", "colour"])
    return model_serializer(Book, [*COLUMNS, "tags"], publisher=publisher(), tags=tag(many=True))
