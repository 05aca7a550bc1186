"""Whatever a project overrides, at any level, keeps its Python and its effect."""

import pytest
from rest_framework import fields, relations, serializers

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher, Tag
from engines import assert_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db):
    fill_shop(4)


def books():
    return Book.objects.select_related("publisher").prefetch_related("tags").order_by("pk")


class Shout(serializers.CharField):
    def to_representation(self, value):
        return super().to_representation(value).upper()


class FromElsewhere(serializers.CharField):
    def get_attribute(self, instance):
        return f"{instance.pk}!"


class Skipping(serializers.IntegerField):
    def get_attribute(self, instance):
        if instance.pk % 2:
            raise fields.SkipField
        return instance.pk


class Bound(serializers.CharField):
    def bind(self, field_name, parent):
        super().bind(field_name, parent)
        self.source_attrs = ["pages"]


class CustomPk(serializers.PrimaryKeyRelatedField):
    def to_representation(self, value):
        return {"pk": value.pk}


class NoShortcut(serializers.PrimaryKeyRelatedField):
    def use_pk_only_optimization(self):
        return False


class TitleRelated(relations.RelatedField):
    def to_representation(self, value):
        return value.name.title()


class Inner(serializers.ModelSerializer):
    class Meta:
        model = Publisher
        fields = ["name"]


class LoudInner(Inner):
    def to_representation(self, instance):
        return {**super().to_representation(instance), "loud": True}


class TagList(serializers.ListSerializer):
    def to_representation(self, data):
        return [entry["name"] for entry in super().to_representation(data)]


class ListedTag(serializers.ModelSerializer):
    class Meta:
        model = Tag
        fields = ["name"]
        list_serializer_class = TagList


class OddList(serializers.ListSerializer):
    @property
    def data(self):
        return {"wrapped": super().data}


class Meta:
    model = Book
    fields = ["id", "title"]


def build(base=serializers.ModelSerializer, **body):
    names = [key for key, value in body.items() if isinstance(value, serializers.Field)]
    meta = type("Meta", (), {"model": Book, "fields": ["id", *names]})
    return type("Sample", (base,), {"Meta": meta, **body})


def over(name, function):
    return build(**{name: function})


def drop_title(self):
    found = serializers.ModelSerializer.get_fields(self)
    if self.context.get("short"):
        found.pop("title", None)
    return found


def init_with_fields(self, *args, only=None, **kwargs):
    serializers.ModelSerializer.__init__(self, *args, **kwargs)
    for name in set(self.fields) - set(only or self.fields):
        self.fields.pop(name)


class Mixin:
    def to_representation(self, instance):
        return {"mixed": super().to_representation(instance)}


FIELD_LEVEL = {
    "to_representation": lambda: build(title=Shout()),
    "get_attribute": lambda: build(title=FromElsewhere()),
    "skip": lambda: build(pages=Skipping()),
    "bind": lambda: build(title=Bound()),
    "pk related": lambda: build(publisher=CustomPk(read_only=True)),
    "pk related many": lambda: build(tags=CustomPk(read_only=True, many=True)),
    "pk related optimization": lambda: build(publisher=NoShortcut(read_only=True)),
    "related": lambda: build(publisher=TitleRelated(read_only=True)),
    "related many": lambda: build(tags=TitleRelated(read_only=True, many=True)),
    "nested": lambda: build(publisher=LoudInner()),
    "nested list": lambda: build(tags=ListedTag(many=True)),
    "model field": lambda: build(title=type("M", (serializers.ModelField,), {
        "to_representation": lambda self, obj: "model field"})(Book._meta.get_field("title"))),
    "list child": lambda: build(tags=serializers.ListField(child=Shout(), source="tags.all")),
    "method": lambda: build(x=serializers.SerializerMethodField(), get_x=lambda self, obj: obj),
    "method odd": lambda: build(
        x=serializers.SerializerMethodField(),
        get_x=lambda self, obj: {1: obj.price, "d": obj.created, "l": (obj.uuid, {2})},
    ),
    "method raising": lambda: build(
        x=serializers.SerializerMethodField(), get_x=lambda self, obj: obj.missing
    ),
    "method missing": lambda: build(x=serializers.SerializerMethodField()),
    "method skipping": lambda: build(
        x=serializers.SerializerMethodField(), get_x=lambda self, obj: raise_(fields.SkipField())
    ),
    "method named": lambda: build(
        x=serializers.SerializerMethodField("y"), y=lambda self, obj: obj.is_long
    ),
    "method on nested": lambda: build(publisher=type("Nested", (Inner,), {
        "Meta": type("Meta", (), {"model": Publisher, "fields": ["x"]}),
        "x": serializers.SerializerMethodField(),
        "get_x": lambda self, obj: [obj.pk, type(self.parent).__name__, sorted(self.context)]})()),
}  # fmt: skip
SERIALIZER_LEVEL = {
    "to_representation": lambda: over(
        "to_representation",
        lambda self, one: {"x": serializers.ModelSerializer.to_representation(self, one)},
    ),
    "to_representation whole": lambda: over("to_representation", lambda self, one: one.pk),
    "to_representation None": lambda: over("to_representation", lambda self, one: None),
    "mixin": lambda: type("Mixed", (Mixin, build(title=Shout())), {}),
    "get_fields": lambda: build(
        title=serializers.CharField(), get_fields=drop_title
    ),
    "init": lambda: build(title=serializers.CharField(), __init__=init_with_fields),
    "data": lambda: over("data", property(lambda self: {"replaced": True})),
    "fields": lambda: over("fields", property(lambda self: {})),
    "readable fields": lambda: build(
        title=Shout(), _readable_fields=property(lambda self: iter([self.fields["title"]]))
    ),
    "get_attribute": lambda: build(
        publisher=type("N", (Inner,), {"get_attribute": lambda self, one: Publisher(name="X")})()
    ),
    "list class": lambda: build(Meta=type("Meta", (Meta,), {"list_serializer_class": OddList})),
    "many_init": lambda: over("many_init", classmethod(
        lambda cls, *args, **kwargs: OddList(*args, child=cls(), **kwargs))),
    "build_standard_field": lambda: build(build_standard_field=lambda self, *args: (Shout, {})),
    "serializer_field_mapping": lambda: build(
        serializer_field_mapping={**serializers.ModelSerializer.serializer_field_mapping}),
    "base serializer": lambda: type("Base", (serializers.BaseSerializer,), {
        "to_representation": lambda self, one: {"score": one.pages}}),
    "extra kwargs": lambda: build(Meta=type("Meta", (Meta,), {
        "fields": ["id", "title", "price", "publisher"],
        "extra_kwargs": {"title": {"source": "summary"}, "price": {"coerce_to_string": False}}})),
    "read only fields": lambda: build(Meta=type("Meta", (Meta,), {
        "read_only_fields": ["title"], "fields": "__all__"})),
    "exclude": lambda: build(Meta=type("Meta", (), {"model": Book, "exclude": ["summary"]})),
}  # fmt: skip


def raise_(error):
    raise error


@pytest.mark.parametrize("name", FIELD_LEVEL)
def test_field_level(name):
    sample = FIELD_LEVEL[name]()
    assert_same(lambda: sample(books(), many=True).data)
    assert_same(lambda: sample(list(books()), many=True).data)
    assert_same(lambda: sample(books().first()).data)


@pytest.mark.parametrize("name", SERIALIZER_LEVEL)
def test_serializer_level(name):
    sample = SERIALIZER_LEVEL[name]()
    assert_same(lambda: sample(books(), many=True).data)
    assert_same(lambda: sample(list(books()), many=True).data)
    assert_same(lambda: sample(books().first()).data)


@pytest.mark.parametrize("name", [*FIELD_LEVEL, *SERIALIZER_LEVEL])
def test_below_another_serializer(name):
    """The odd serializer as a nested one, single and many, below an ordinary parent."""
    sample = (FIELD_LEVEL | SERIALIZER_LEVEL)[name]()

    class Parent(serializers.ModelSerializer):
        books = sample(many=True)

        class Meta:
            model = Publisher
            fields = ["id", "books"]

    publishers = Publisher.objects.filter(books__isnull=False).distinct().order_by("pk")
    assert_same(lambda: Parent(publishers.all(), many=True).data)
    assert_same(lambda: Parent(publishers.prefetch_related("books"), many=True).data)
    assert_same(lambda: Parent(list(publishers.all()), many=True).data)


def test_context_dependent_fields():
    sample = SERIALIZER_LEVEL["get_fields"]()

    def work():
        return [
            sample(books(), many=True, context={"short": short}).data for short in (0, 1, 0, 1)
        ] + [sample(books().first(), context={"short": short}).data for short in (1, 0)]

    assert_same(work)


def test_init_arguments_choose_fields():
    sample = SERIALIZER_LEVEL["init"]()
    assert_same(
        lambda: [sample(books().first(), only=only).data for only in (None, ["id"], ["title"])]
    )


def test_exception_in_the_middle_of_a_list():
    class Failing(serializers.ModelSerializer):
        x = serializers.SerializerMethodField()

        def get_x(self, book):
            seen.append(book.pk)
            if len(seen) == 3:
                raise LookupError(f"book {book.pk}")
            return book.pk

        class Meta:
            model = Book
            fields = ["id", "x"]

    seen: list[int] = []

    def work():
        seen.clear()
        try:
            Failing(books(), many=True).data  # noqa: B018
        except LookupError as error:
            return str(error), list(seen)
        return list(seen)

    assert_same(work)
