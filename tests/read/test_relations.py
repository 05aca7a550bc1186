"""Relations of every shape under every relational field, in rows and in instances."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Prefetch
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from bookshop import models
from bookshop.data import fill_shop
from bookshop.serializers import PublisherSerializer, TagSerializer
from engines import assert_same

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def library(db):
    """Books of which some have no publisher, cover, author or review."""
    ContentType.objects.clear_cache()
    fill_shop(6)
    books = list(models.Book.objects.order_by("pk"))
    models.Book.objects.filter(pk=books[1].pk).update(publisher=None)
    books[2].tags.clear()
    for number, book in enumerate(books[:3]):
        models.Cover.objects.create(book=book, colour=f"colour {number}")
        for stars in range(number, 3):
            models.Review.objects.create(book=book, stars=stars, text=None if stars else "short")
            models.OrderedReview.objects.create(book=book, stars=stars, hidden=stars == 1)
    models.Review.objects.create(stars=5)
    authors = [models.Author.objects.create(name=name) for name in ("Ada", "Bø", "Chi")]
    for order, author in enumerate(authors):
        models.Authorship.objects.create(author=author, book=books[0], order=3 - order)
        models.Note.objects.create(text=f"on {author.name}", target=author)
    models.Note.objects.create(text="on a book", target=books[0])
    roots = [models.Category.objects.create(name=name) for name in ("root", "other")]
    child = models.Category.objects.create(name="child", parent=roots[0])
    models.Category.objects.create(name="grandchild", parent=child)
    child.related.add(*roots)
    person = models.Person.objects.create(name="P", favourite_id=books[0].pk)
    person.friends.add(models.Person.objects.create(name="Q"))
    place = models.Place.objects.create(name="bare place")
    models.Restaurant.objects.create(name="with stars", stars=2, supplier=place)
    models.Hardback.objects.create(
        **{f.name: getattr(books[0], f.name) for f in models.Book._meta.fields if f.name not in
           ("id", "uuid")}, binding="cloth"
    )  # fmt: skip


def serializer_for(owner, names=("id",), **fields):
    meta = type("Meta", (), {"model": owner, "fields": [*names, *fields]})
    return type(f"{owner.__name__}Sample", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def small(owner, *names):
    return serializer_for(owner, names)


def text(**options):
    return serializers.CharField(read_only=True, **options)


REVIEW = small(models.Review, "stars", "text")
ORDERED = small(models.OrderedReview, "stars", "hidden")
COVER = small(models.Cover, "colour", "book")
AUTHORSHIP = serializer_for(models.Authorship, ("order",), author=small(models.Author, "name")())
GRANDCHILD = serializer_for(models.Category, ("name",), children=small(models.Category, "name")(many=True))  # fmt: skip  # noqa: E501

key = serializers.PrimaryKeyRelatedField
slug = serializers.SlugRelatedField
string = serializers.StringRelatedField
link = serializers.HyperlinkedRelatedField

SHAPES = {
    "fk key": lambda: serializer_for(models.Book, ("id", "publisher")),
    "fk id column": lambda: serializer_for(models.Book, publisher_id=serializers.IntegerField()),
    "fk key of key": lambda: serializer_for(models.Book, p=text(source="publisher.pk")),
    "fk key of id": lambda: serializer_for(models.Book, p=text(source="publisher.id")),
    "fk nested": lambda: serializer_for(models.Book, publisher=PublisherSerializer()),
    "fk dotted": lambda: serializer_for(models.Book, name=text(source="publisher.name")),
    "fk dotted default": lambda: serializer_for(
        models.Book, name=serializers.CharField(source="publisher.name", default="none")
    ),
    "fk dotted null": lambda: serializer_for(
        models.Book, name=serializers.CharField(source="publisher.name", allow_null=True)
    ),
    "fk string": lambda: serializer_for(models.Book, publisher=string()),
    "fk slug": lambda: serializer_for(models.Book, publisher=slug("name", read_only=True)),
    "fk slug column": lambda: serializer_for(models.Book, publisher=slug("id", read_only=True)),
    "fk slug dotted": lambda: serializer_for(
        models.Review, x=slug("publisher__name", source="book", read_only=True)
    ),
    "fk pk_field": lambda: serializer_for(
        models.Book, publisher=key(read_only=True, pk_field=serializers.CharField())
    ),
    "fk link": lambda: serializer_for(
        models.Review, book=link(view_name="book-detail", read_only=True)
    ),
    "fk of fk": lambda: serializer_for(
        models.Review, book=serializer_for(models.Book, publisher=PublisherSerializer())()
    ),
    "fk of fk dotted": lambda: serializer_for(
        models.Review, house=text(source="book.publisher.name")
    ),
    "fk and dotted": lambda: serializer_for(
        models.Book, publisher=PublisherSerializer(), name=text(source="publisher.name")
    ),
    "m2m keys": lambda: serializer_for(models.Book, ("id", "tags")),
    "m2m nested": lambda: serializer_for(models.Book, tags=TagSerializer(many=True)),
    "m2m string": lambda: serializer_for(models.Book, tags=string(many=True)),
    "m2m slug": lambda: serializer_for(models.Book, tags=slug("name", many=True, read_only=True)),
    "m2m reverse": lambda: serializer_for(models.Tag, ("id", "books")),
    "m2m reverse nested": lambda: serializer_for(
        models.Tag,
        books=serializer_for(models.Book, ("id",), tags=TagSerializer(many=True))(many=True),
    ),
    "m2m twice": lambda: serializer_for(
        models.Book, ("tags",), labels=TagSerializer(many=True, source="tags")
    ),
    "m2m through": lambda: serializer_for(models.Book, authors=string(many=True)),
    "m2m through rows": lambda: serializer_for(models.Book, authorships=AUTHORSHIP(many=True)),
    "m2m self": lambda: serializer_for(models.Category, ("name", "related")),
    "m2m one way": lambda: serializer_for(models.Person, ("friends", "admirers")),
    "reverse fk keys": lambda: serializer_for(models.Book, ("id", "reviews")),
    "reverse fk nested": lambda: serializer_for(models.Book, reviews=REVIEW(many=True)),
    "reverse fk ordered": lambda: serializer_for(models.Book, ordered_reviews=ORDERED(many=True)),
    "reverse fk strings": lambda: serializer_for(models.Book, reviews=string(many=True)),
    "reverse of nested fk": lambda: serializer_for(
        models.Review, book=serializer_for(models.Book, reviews=REVIEW(many=True))()
    ),
    "reverse fk all": lambda: serializer_for(
        models.Book, reviews=serializers.ListField(source="reviews.all", child=text())
    ),
    "reverse fk count": lambda: serializer_for(
        models.Book, number=serializers.IntegerField(source="reviews.count")
    ),
    "one to one": lambda: serializer_for(models.Cover, ("book", "colour")),
    "one to one reverse": lambda: serializer_for(models.Book, cover=COVER()),
    "one to one reverse null": lambda: serializer_for(models.Book, cover=COVER(allow_null=True)),
    "one to one reverse key": lambda: serializer_for(models.Book, cover=key(read_only=True)),
    "one to one optional": lambda: serializer_for(
        models.Book, cover=COVER(required=False, read_only=True)
    ),
    "one to one dotted": lambda: serializer_for(
        models.Book, colour=serializers.CharField(source="cover.colour", default=None)
    ),
    "self fk": lambda: serializer_for(models.Category, parent=small(models.Category, "name")()),
    "self fk deep": lambda: serializer_for(
        models.Category, x=text(source="parent.parent.name"), parent=string()
    ),
    "self fk children": lambda: serializer_for(models.Category, children=GRANDCHILD(many=True)),
    "generic relation": lambda: serializer_for(
        models.Author, notes=small(models.Note, "text")(many=True)
    ),
    "generic foreign key": lambda: serializer_for(models.Note, target=string()),
    "content type": lambda: serializer_for(models.Note, ("content_type", "object_id")),
    "inherited": lambda: small(models.Hardback, "id", "title", "binding", "publisher"),
    "inherited link": lambda: small(models.Restaurant, "place", "name", "stars"),
    "inherited nested": lambda: serializer_for(
        models.Restaurant, ("pk",), supplier=small(models.Place, "name")()
    ),
    "inherited child": lambda: serializer_for(
        models.Place, as_restaurant=small(models.Restaurant, "stars")(allow_null=True)
    ),
    "proxy": lambda: small(models.ProxyBook, "id", "title", "shout"),
    "proxy columns": lambda: small(models.ProxyBook, "id", "title", "tags"),
    "fk to proxy": lambda: serializer_for(
        models.Person, favourite=small(models.ProxyBook, "title", "tags")()
    ),
    "proxy reverse": lambda: serializer_for(models.ProxyBook, ("id", "fans")),
    "depth 1": lambda: depth(1),
    "depth 2": lambda: depth(2),
    "many related": lambda: serializer_for(
        models.Book, tags=serializers.ManyRelatedField(child_relation=key(read_only=True))
    ),
    "links": lambda: serializer_for(
        models.Tag, books=link(many=True, view_name="book-detail", read_only=True)
    ),
    "identity": lambda: serializer_for(
        models.Book, url=serializers.HyperlinkedIdentityField(view_name="book-detail")
    ),
    "method": lambda: type(
        "Methods",
        (serializer_for(models.Book, n=serializers.SerializerMethodField()),),
        {"get_n": lambda self, book: [str(book.publisher), book.tags.count()]},
    ),
}
# A property, a generic foreign key, a method of the user (`__str__` too) wants an instance.
NOT_ROWS = {
    "proxy", "generic foreign key", "reverse fk count", "reverse fk all", "method",
    "fk string", "m2m string", "m2m through", "reverse fk strings", "self fk deep",
}  # fmt: skip


def depth(levels):
    meta = type("Meta", (), {"model": models.Review, "fields": "__all__", "depth": levels})
    return type("Deep", (serializers.ModelSerializer,), {"Meta": meta})


def context():
    return {"request": APIRequestFactory().get("/somewhere/")}


@pytest.mark.parametrize("shape", SHAPES)
def test_unevaluated_queryset(shape):
    sample = SHAPES[shape]()
    rows = sample.Meta.model.objects.order_by("pk")
    assert_same(lambda: sample(rows.all(), many=True, context=context()).data)


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - NOT_ROWS))
def test_rows_are_what_serves_it(shape):
    """Over rows on which stock raises nothing."""
    sample = SHAPES[shape]()
    rows = sample.Meta.model.objects.order_by("pk")
    if "cover" in sample().fields:
        rows = rows.filter(cover__isnull=False)
    assert_same(lambda: sample(rows.all(), many=True, context=context()).data, tier="rows")


@pytest.mark.parametrize("shape", SHAPES)
def test_loaded_instances(shape):
    sample = SHAPES[shape]()

    def fresh():
        instances = list(sample.Meta.model.objects.order_by("pk"))
        return sample(instances, many=True, context=context()).data

    assert_same(fresh)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_instance_after_another(shape):
    sample = SHAPES[shape]()

    def work():
        found = []
        for one in sample.Meta.model.objects.order_by("pk"):
            try:
                found.append(sample(one, context=context()).data)
            except Exception as error:
                found.append(error)
        return found

    assert_same(work)


@pytest.mark.parametrize("shape", SHAPES)
def test_unsaved_instance(shape):
    sample = SHAPES[shape]()
    assert_same(lambda: sample(sample.Meta.model(), context=context()).data)


PREFETCHED = {
    "fk nested": ["publisher"],
    "fk of fk": ["book__publisher"],
    "m2m nested": ["tags"],
    "m2m twice": ["tags"],
    "m2m reverse nested": ["books__tags"],
    "m2m through rows": ["authorships__author"],
    "reverse fk nested": ["reviews"],
    "reverse fk ordered": ["ordered_reviews"],
    "reverse of nested fk": ["book__reviews"],
    "one to one reverse null": ["cover"],
    "self fk children": ["children__children"],
    "generic relation": ["notes"],
    "generic foreign key": ["target"],
    "m2m self": ["related"],
    "fk to proxy": ["favourite__tags"],
}


@pytest.mark.parametrize("shape", PREFETCHED)
@pytest.mark.parametrize("evaluated", [False, True])
def test_prefetched(shape, evaluated):
    sample = SHAPES[shape]()

    def work():
        rows = sample.Meta.model.objects.prefetch_related(*PREFETCHED[shape]).order_by("pk")
        return sample(list(rows) if evaluated else rows, many=True).data

    assert_same(work)


def columns_of(instance):
    return {f.attname: instance.__dict__.get(f.attname) for f in instance._meta.concrete_fields}


@pytest.mark.parametrize("shape", PREFETCHED)
def test_prefetched_and_used_again(shape):
    """Neither the rows of a queryset nor those of its relations are read twice."""
    sample = SHAPES[shape]()
    names = [path.partition("__")[0] for path in PREFETCHED[shape]]

    def related(instance, name):
        value = getattr(instance, name)
        found = value.all() if hasattr(value, "all") else [value] if value else []
        return [columns_of(each) for each in found]

    def work():
        rows = sample.Meta.model.objects.prefetch_related(*PREFETCHED[shape]).order_by("pk")
        data = sample(rows, many=True).data
        again = [[columns_of(row), *(related(row, name) for name in names)] for row in rows]
        return data, again, sample(rows, many=True).data

    assert_same(work)


def test_prefetched_by_querysets_and_used_again():
    """Querysets of one's own, with relations below them, results under other names and changes."""

    class Tagged(serializers.ModelSerializer):
        best = small(models.Tag, "name")(many=True)

        class Meta:
            model = models.Book
            fields = ["title", "best"]

    class Shelf(serializers.ModelSerializer):
        books = Tagged(many=True)

        class Meta:
            model = models.Publisher
            fields = ["name", "books"]

    def work():
        tags = models.Tag.objects.order_by("-name")
        books = models.Book.objects.order_by("-pk").prefetch_related(
            Prefetch("tags", tags.filter(name__lt="tag-5"), to_attr="best")
        )
        rows = models.Publisher.objects.order_by("pk").prefetch_related(Prefetch("books", books))
        data = Shelf(rows, many=True).data
        again = [
            [
                columns_of(book),
                type(book.publisher).__name__,
                [columns_of(tag) for tag in book.best],
            ]
            for row in rows
            for book in row.books.all()
        ]
        narrower = [list(row.books.filter(pages__gt=500).values_list("pk")) for row in rows]
        return data, again, narrower, [type(row.books.all()).__name__ for row in rows]

    assert_same(work)


SELECTED = {
    "fk nested": ["publisher"],
    "fk dotted": ["publisher"],
    "fk of fk": ["book__publisher"],
    "fk of fk dotted": ["book__publisher"],
    "one to one reverse null": ["cover"],
    "self fk deep": ["parent__parent"],
    "inherited child": ["as_restaurant"],
    "inherited nested": ["supplier"],
    "fk string": ["publisher"],
    "depth 2": ["book__publisher"],
}


@pytest.mark.parametrize("shape", SELECTED)
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("evaluated", [False, True])
def test_selected(shape, everything, evaluated):
    sample = SHAPES[shape]()
    paths = [] if everything else SELECTED[shape]

    def work():
        rows = sample.Meta.model.objects.select_related(*paths).order_by("pk")
        return sample(list(rows) if evaluated else rows, many=True).data

    assert_same(work)


@pytest.mark.parametrize("relation", ["tags", "reviews", "ordered_reviews", "authors"])
def test_related_manager_as_the_source_of_a_list(relation):
    """`Serializer(book.tags, many=True)` and `Serializer(book.tags.all(), many=True)`."""
    book = models.Book.objects.order_by("pk").first()
    related = models.Book._meta.get_field(relation).related_model
    sample = type("Sample", (serializers.ModelSerializer,), {
        "Meta": type("Meta", (), {"model": related, "exclude": []})
    })  # fmt: skip
    assert_same(lambda: sample(getattr(book, relation), many=True).data, tier="rows")
    assert_same(lambda: sample(getattr(book, relation).all(), many=True).data, tier="rows")
