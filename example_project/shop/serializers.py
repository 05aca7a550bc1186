"""Plain Django REST framework serializers: nothing here knows of django-rustaccel."""

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
    publisher = PublisherSerializer()
    author = AuthorSerializer()
    tags = TagSerializer(many=True)

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
            "author",
            "tags",
        ]
