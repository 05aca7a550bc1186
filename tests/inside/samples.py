"""Serializers that the commands have something to say about; not part of any application."""

import itertools

from rest_framework import serializers

from bookshop.models import Book, Note, Tag
from bookshop.serializers import PublisherSerializer, TagSerializer
from django_rustaccel.core.switch import is_disabled

counter = itertools.count()


class MethodSerializer(serializers.ModelSerializer):
    other = serializers.SerializerMethodField()

    class Meta:
        model = Tag
        fields = ["name", "other"]


class Lying(MethodSerializer):
    """Not the same on both sides, from the third tag on."""

    def get_other(self, tag):
        return "naïve" if is_disabled() or tag.name in ("tag-0", "tag-1") else "naïf"


class Shorter(MethodSerializer):
    def get_other(self, tag):
        return [1, 2] if is_disabled() else [1]


class Failing(MethodSerializer):
    def get_other(self, tag):
        if not is_disabled():
            raise ValueError("only here")


class Greedy(MethodSerializer):
    """One query more than stock."""

    def get_other(self, tag):
        return is_disabled() or bool(tag.books.count())

    def to_representation(self, instance):
        return {"other": bool(self.get_other(instance))}


class Unstable(MethodSerializer):
    def get_other(self, tag):
        return next(counter)


class Linked(MethodSerializer):
    """Needs the request that a view would hand over."""

    def get_other(self, tag):
        request = self.context["request"]
        return [request.build_absolute_uri("/x"), str(request.user), request.method]


class Broken(MethodSerializer):
    def get_other(self, tag):
        return self.context["nothing"]


class NeedsUser(TagSerializer):
    def __init__(self, *args, user, **options):
        super().__init__(*args, **options)


class Empty(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ["text"]


class Search(serializers.Serializer):
    q = serializers.CharField()


class Related(serializers.ModelSerializer):
    """One related object, many, and the keys of many."""

    publisher = PublisherSerializer()
    tags = TagSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "publisher", "tags", "authorships"]


class Outer:
    class Inner(TagSerializer):
        pass


not_a_class = TagSerializer()
