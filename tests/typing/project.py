"""A user's serializers and views with the imports of the drop-ins: mypy has to see DRF's classes.

See ``public.py`` beside this.
"""

from typing import Any, assert_type

from django.db.models import QuerySet
from rest_framework import generics, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from django_rustaccel.drf import serializers
from django_rustaccel.drf.batch import BatchView
from django_rustaccel.drf.pagination import CursorPagination, PageNumberPagination
from django_rustaccel.drf.parsers import JSONParser
from django_rustaccel.drf.renderers import JSONRenderer
from django_rustaccel.drf.throttling import ScopedRateThrottle
from shop.models import Author, Book


class AuthorSerializer(serializers.HyperlinkedModelSerializer[Author]):
    class Meta:
        model = Author
        fields = ("url", "name")


class BookSerializer(serializers.ModelSerializer[Book]):
    author = AuthorSerializer(read_only=True)
    length = serializers.IntegerField(source="pages", min_value=1)
    shout = serializers.SerializerMethodField()

    class Meta:
        model = Book
        fields = ("title", "author", "length", "shout")

    def get_shout(self, book: Book) -> str:
        return book.title.upper()

    def validate_title(self, title: str) -> str:
        if not title.strip():
            raise serializers.ValidationError("A title, please.")
        return title

    def create(self, validated_data: dict[str, Any]) -> Book:
        assert_type(super().create(validated_data), Book)
        return Book.objects.create(**validated_data)


class Pages(PageNumberPagination):
    page_size = 25


class BookViewSet(viewsets.ModelViewSet[Book]):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    pagination_class = Pages
    renderer_classes = (JSONRenderer,)
    parser_classes = (JSONParser,)
    throttle_classes = (ScopedRateThrottle,)

    def get_queryset(self) -> QuerySet[Book]:
        return super().get_queryset().select_related("author")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(self.get_queryset(), many=True)
        return Response(serializer.data)


class Books(generics.ListAPIView[Book]):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    pagination_class = CursorPagination


class Batch(BatchView):
    throttle_scope = "batch"


def use(book: Book) -> None:
    serializer = BookSerializer(book, data={})
    assert_type(serializer.is_valid(), bool)
    assert_type(serializer.save(), Book)
    assert_type(serializer.instance, Book | None)
    BookSerializer("no book")  # type: ignore[arg-type]
    serializers.IntegerField(min_value="one")  # type: ignore[arg-type]
    serializers.NothingOfDRF()  # type: ignore[attr-defined]
