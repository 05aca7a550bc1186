"""Books read as rows, by their fields and as they are."""

from django.db import connection
from rest_framework import serializers

from bookshop.models import Book
from bookshop.serializers import BookSerializer, NestedBookSerializer
from engines import assert_same

COLUMNS = [column.attname for column in Book._meta.concrete_fields]


class AsTheyAre(serializers.ModelSerializer):
    """Every column as an instance has it."""

    class Meta:
        model = Book
        fields = COLUMNS
        extra_kwargs = {}

    def build_field(self, *args, **kwargs):
        return serializers.ReadOnlyField, {}


def books():
    return Book.objects.order_by("pk")


def assert_same_books(queryset=books, **options):
    for serializer in (BookSerializer, AsTheyAre, NestedBookSerializer):
        assert_same(lambda cls=serializer: cls(queryset(), many=True).data, **options)


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def annotated(expression):
    class Annotated(serializers.ModelSerializer):
        value = serializers.ReadOnlyField()

        class Meta:
            model = Book
            fields = ["id", "value"]

    return lambda: Annotated(books().annotate(value=expression), many=True).data
