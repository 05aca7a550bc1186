"""Books, and what they have to do with."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from shop.models import Author, Book, Publisher, Tag


class PublisherSerializer(serializers.ModelSerializer[Publisher]):
    class Meta:
        model = Publisher
        fields = ["id", "name", "country"]


class AuthorSerializer(serializers.ModelSerializer[Author]):
    class Meta:
        model = Author
        fields = ["id", "name", "born"]


class TagSerializer(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ["id", "name"]


class BookSerializer(serializers.ModelSerializer[Book]):
    """Relations are read as objects and written as keys."""

    publisher = PublisherSerializer(read_only=True)
    publisher_id = serializers.PrimaryKeyRelatedField(
        source="publisher", queryset=Publisher.objects.all(), write_only=True
    )
    author = AuthorSerializer(read_only=True)
    author_id = serializers.PrimaryKeyRelatedField(
        source="author", queryset=Author.objects.all(), write_only=True
    )
    tags = TagSerializer(many=True, read_only=True)
    tag_ids = serializers.PrimaryKeyRelatedField(
        source="tags", queryset=Tag.objects.all(), many=True, write_only=True, required=False
    )

    class Meta:
        model = Book
        fields = [
            "id",
            "uuid",
            "title",
            "summary",
            "price",
            "rating",
            "pages",
            "in_print",
            "published",
            "created",
            "updated",
            "status",
            "publisher",
            "publisher_id",
            "author",
            "author_id",
            "tags",
            "tag_ids",
        ]
        read_only_fields = ["rating", "created", "updated"]


class BookDetailSerializer(BookSerializer):
    """One book, with its picture."""

    class Meta(BookSerializer.Meta):
        fields = [*BookSerializer.Meta.fields, "cover"]
        read_only_fields = [*BookSerializer.Meta.read_only_fields, "cover"]


class CoverSerializer(serializers.ModelSerializer[Book]):
    """The picture alone; that it is one is for Pillow to say."""

    MAX_BYTES = 2 * 1024 * 1024

    class Meta:
        model = Book
        fields = ["cover"]
        extra_kwargs: dict[str, Any] = {"cover": {"required": True, "allow_empty_file": False}}

    def validate_cover(self, value: UploadedFile[Any]) -> UploadedFile[Any]:
        """Refuse what no page wants to load."""
        if (value.size or 0) > self.MAX_BYTES:
            raise serializers.ValidationError("A cover has 2 MB at most.")
        return value


class PriceSerializer(serializers.Serializer[Book]):
    """A new price of a book, one of many in one request."""

    id = serializers.PrimaryKeyRelatedField(queryset=Book.objects.all(), source="book")
    price = serializers.DecimalField(max_digits=8, decimal_places=2)
