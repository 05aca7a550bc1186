"""The serializers of the speed contract."""

from rest_framework import serializers

from .models import Book, Publisher, Tag

__all__ = ["BookSerializer", "NestedBookSerializer", "PublisherSerializer", "TagSerializer"]

COLUMNS = [field.name for field in Book._meta.concrete_fields]


class PublisherSerializer(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["id", "name", "country"]


class TagSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["id", "name", "colour"]


class BookSerializer(serializers.ModelSerializer):
    """The 15 columns, the publisher as its key."""

    class Meta:
        model = Book
        fields = COLUMNS


class NestedBookSerializer(serializers.ModelSerializer):
    """The 15 columns, the publisher and the tags as objects."""

    publisher = PublisherSerializer()
    tags = TagSerializer(many=True)

    class Meta:
        model = Book
        fields = [*COLUMNS, "tags"]
