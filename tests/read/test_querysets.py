"""What a queryset can be told before a serializer reads it."""

import pytest
from django.db.models import (
    Avg,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Concat, Lower, Now, RowNumber, TruncMonth
from django.utils import timezone
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bookshop import models
from bookshop.data import fill_shop
from bookshop.serializers import BookSerializer, NestedBookSerializer, TagSerializer
from engines import assert_same

pytestmark = pytest.mark.django_db

Book = models.Book


@pytest.fixture(autouse=True)
def _shop(db):
    fill_shop(12)
    Book.objects.filter(pk__in=list(Book.objects.values_list("pk", flat=True)[:2])).update(
        publisher=None
    )


def books():
    return Book.objects.order_by("pk")


FRENCH = Q(publisher__country="fr")

QUERYSETS = {
    "all": books,
    "manager": lambda: Book.objects,
    "filter": lambda: books().filter(pages__gt=500).exclude(status="gone"),
    "filter over relation": lambda: books().filter(FRENCH | Q(tags__name="tag-1")),
    "filter in subquery": lambda: books().filter(publisher__in=models.Publisher.objects.all()),
    "distinct": lambda: books().filter(tags__isnull=False).distinct(),
    "slice": lambda: books()[3:7],
    "slice of nothing": lambda: books()[5:5],
    "slice beyond": lambda: books()[100:200],
    "step": lambda: books()[::2],
    "reverse": lambda: books().reverse(),
    "order by relation": lambda: Book.objects.order_by("publisher__name", "pk"),
    "order by expression": lambda: Book.objects.order_by(Lower("title").desc(), "pk"),
    "order by nulls": lambda: Book.objects.order_by(F("rating").desc(nulls_last=True), "pk"),
    "none": Book.objects.none,
    "empty filter": lambda: Book.objects.filter(pk__in=[]),
    "defer": lambda: books().defer("summary", "price"),
    "only": lambda: books().only("title"),
    "only and select": lambda: books().select_related("publisher").only("title", "publisher__name"),
    "defer over relation": lambda: books().select_related("publisher").defer("publisher__country"),
    "annotate": lambda: books().annotate(n=Count("tags")),
    "annotate alias": lambda: books().alias(n=Count("tags")).filter(n__gt=1),
    "annotate same name as attribute": lambda: books().annotate(is_short=Q(pages__lt=100)),
    "select related": lambda: books().select_related("publisher"),
    "select all": lambda: books().select_related(),
    "select nothing": lambda: books().select_related("publisher").select_related(None),
    "prefetch": lambda: books().prefetch_related("tags"),
    "prefetch and select": lambda: books().select_related("publisher").prefetch_related("tags"),
    "prefetch deep": lambda: books().prefetch_related("tags__books__publisher"),
    "prefetch nothing": lambda: books().prefetch_related("tags").prefetch_related(None),
    "prefetch fk": lambda: books().prefetch_related("publisher"),
    "prefetch useless": lambda: books().prefetch_related("reviews"),
    "prefetch queryset": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.filter(name__lt="tag-4").order_by("-name"))
    ),
    "prefetch queryset of fk": lambda: books().prefetch_related(
        Prefetch("publisher", queryset=models.Publisher.objects.filter(country="de"))
    ),
    "prefetch queryset none": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.none())
    ),
    "prefetch sliced": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.order_by("-name")[:1])
    ),
    "prefetch annotated": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.annotate(n=Count("books")).order_by("n", "pk"))
    ),
    "prefetch deferred": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.only("name"))
    ),
    "prefetch to attr": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.filter(name="tag-1"), to_attr="first_tags")
    ),
    "prefetch nested querysets": lambda: books().prefetch_related(
        Prefetch("tags", queryset=models.Tag.objects.prefetch_related("books"))
    ),
    "union": lambda: Book.objects.filter(pages__lt=500).union(Book.objects.filter(pages__gt=1000)).order_by("id"),  # noqa: E501
    "union all": lambda: Book.objects.filter(pk=1).union(Book.objects.filter(pk=1), all=True),
    "intersection": lambda: Book.objects.filter(pages__lt=900).intersection(Book.objects.filter(pages__gt=100)).order_by("id"),  # noqa: E501
    "difference": lambda: Book.objects.all().difference(Book.objects.filter(pages__gt=900)).order_by("id"),  # noqa: E501
    "combined": lambda: books().filter(pages__lt=300) | books().filter(pages__gt=900),
    "extra where": lambda: books().extra(where=["pages > 400"]),
    "extra select": lambda: books().extra(select={"twice": "pages * 2"}),
    "raw": lambda: Book.objects.raw("SELECT * FROM bookshop_book ORDER BY id"),
    "values": lambda: books().values(),
    "values list": lambda: books().values_list("id", "title", named=True),
    "in bulk": lambda: list(Book.objects.in_bulk().values()),
    "iterator": lambda: books().iterator(),
    "evaluated": lambda: evaluated(books()),
    "list": lambda: list(books()),
    "using": lambda: books().using("default"),
    "subquery": lambda: books().annotate(
        newest=Subquery(models.Review.objects.filter(book=OuterRef("pk")).values("stars")[:1])
    ),
    "exists": lambda: books().filter(Exists(models.Tag.objects.filter(books=OuterRef("pk")))),
    "window": lambda: books().annotate(n=Window(RowNumber(), order_by="pages")),
    "group by": lambda: models.Book.objects.annotate(a=Avg("tags__id")).order_by("pk"),
    "filtered relation": lambda: books().annotate(
        french=FilteredRelation("publisher", condition=FRENCH)
    ).filter(french__isnull=False),
    "select for update": lambda: books().select_for_update(),
    "dates": lambda: books().annotate(month=TruncMonth("created"), today=Now()),
    "related manager": lambda: models.Publisher.objects.exclude(books=None).first().books,
    "related manager filtered": lambda: models.Tag.objects.first().books.filter(pages__gt=1),
    "proxy": lambda: models.ProxyBook.objects.filter(pages__gt=100),
    "generator": lambda: (book for book in books()),
    "set": lambda: {Book.objects.first()},
}  # fmt: skip


def evaluated(queryset):
    len(queryset)
    return queryset


def flat(source):
    return BookSerializer(source, many=True).data


def nested(source):
    return NestedBookSerializer(source, many=True).data


@pytest.mark.parametrize("name", QUERYSETS)
@pytest.mark.parametrize("read", [flat, nested])
def test_queryset(name, read):
    assert_same(lambda: read(QUERYSETS[name]()))


STAY_ROWS = [
    "all", "manager", "filter", "filter over relation", "distinct", "slice", "slice beyond",
    "reverse", "order by relation", "order by expression", "none", "empty filter", "annotate",
    "annotate alias", "select related", "select all", "prefetch", "prefetch and select", "using",
    "prefetch queryset", "prefetch fk", "prefetch useless", "combined", "extra where", "exists",
    "subquery", "defer", "only", "related manager", "related manager filtered", "union", "proxy",
]  # fmt: skip


@pytest.mark.parametrize("name", STAY_ROWS)
def test_queryset_is_read_as_rows(name):
    assert_same(lambda: flat(QUERYSETS[name]()), tier="rows")


class Annotated(serializers.ModelSerializer):
    value = serializers.ReadOnlyField()

    class Meta:
        model = Book
        fields = ["id", "value"]


ANNOTATIONS = {
    "constant": lambda: Value("constant"),
    "null": lambda: Value(None, output_field=IntegerField()),
    "column": lambda: F("title"),
    "related column": lambda: F("publisher__name"),
    "decimal": lambda: F("price") * 2,
    "decimal as text": lambda: F("price"),
    "date": lambda: F("published"),
    "date and time": lambda: F("created"),
    "truncated": lambda: TruncMonth("created"),
    "uuid": lambda: F("uuid"),
    "boolean": lambda: Q(pages__gt=500),
    "count": lambda: Count("tags"),
    "average": lambda: Avg("pages"),
    "duration": lambda: F("updated") - F("created"),
    "case": lambda: Case(When(pages__gt=500, then=Value("long")), default=Value("short")),
    "concat": lambda: Concat("title", Value("!"), output_field=CharField()),
    "wrapped": lambda: ExpressionWrapper(F("pages") + 1, output_field=IntegerField()),
    "subquery": lambda: Subquery(
        models.Tag.objects.filter(books=OuterRef("pk")).order_by("pk").values("name")[:1]
    ),
    "exists": lambda: Exists(models.Tag.objects.filter(books=OuterRef("pk"), name="tag-1")),
}


@pytest.mark.parametrize("name", ANNOTATIONS)
def test_annotation(name):
    assert_same(
        lambda: Annotated(books().annotate(value=ANNOTATIONS[name]()), many=True).data, tier="rows"
    )


FIELDS_OVER_ANNOTATIONS = {
    "char": serializers.CharField,
    "integer": serializers.IntegerField,
    "float": serializers.FloatField,
    "boolean": serializers.BooleanField,
    "duration": serializers.DurationField,
    "datetime": serializers.DateTimeField,
    "date": serializers.DateField,
    "uuid": serializers.UUIDField,
    "decimal": lambda: serializers.DecimalField(max_digits=12, decimal_places=3),
}


@pytest.mark.parametrize("field", FIELDS_OVER_ANNOTATIONS)
def test_field_over_annotations(field):
    sample = type("Sample", (Annotated,), {"value": FIELDS_OVER_ANNOTATIONS[field]()})
    for annotation in ANNOTATIONS.values():
        rows = books().annotate(value=annotation())
        assert_same(lambda rows=rows: sample(rows.all(), many=True).data)


def test_annotation_missing_from_the_queryset():
    assert_same(lambda: Annotated(books(), many=True).data)


def test_extra_select_read():
    assert_same(lambda: Annotated(books().extra(select={"value": "pages * 2"}), many=True).data)


def test_prefetch_to_attr_read():
    class WithFirst(serializers.ModelSerializer):
        first_tags = TagSerializer(many=True)

        class Meta:
            model = Book
            fields = ["id", "first_tags"]

    def work():
        chosen = models.Tag.objects.filter(name__in=["tag-1", "tag-2"]).order_by("-name")
        prefetch = Prefetch("tags", queryset=chosen, to_attr="first_tags")
        return WithFirst(books().prefetch_related(prefetch), many=True).data

    assert_same(work)


def test_prefetch_of_two_querysets_on_one_relation():
    class Both(serializers.ModelSerializer):
        tags = TagSerializer(many=True)
        low = TagSerializer(many=True)

        class Meta:
            model = Book
            fields = ["tags", "low"]

    def work():
        low = Prefetch("tags", models.Tag.objects.filter(name__lt="tag-3"), to_attr="low")
        return Both(books().prefetch_related("tags", low), many=True).data

    assert_same(work)


@pytest.mark.parametrize(
    "lookups",
    [
        lambda: ["tags", Prefetch("tags", models.Tag.objects.order_by("-name"))],
        lambda: ["tags__books", Prefetch("tags", models.Tag.objects.order_by("-name"))],
        lambda: [Prefetch("tags", models.Tag.objects.order_by("-name")), "tags__books"],
        lambda: [Prefetch("tags", models.Tag.objects.all().union(models.Tag.objects.all()))],
    ],
)
def test_prefetches_that_django_refuses(lookups):
    assert_same(lambda: nested(books().prefetch_related(*lookups())))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", None])
def test_the_zone_is_that_of_reading(zone):
    def work():
        with timezone.override(zone):
            data = BookSerializer(books(), many=True).data
        return JSONRenderer().render(data), data[0]["created"]

    assert_same(work)


def test_default_managers_and_orderings_of_relations():
    book = Book.objects.first()
    for stars in (1, 3, 2):
        models.OrderedReview.objects.create(book=book, stars=stars, hidden=stars == 3)

    class ReviewSerializer(serializers.ModelSerializer):
        class Meta:
            model = models.OrderedReview
            fields = ["stars"]

    class WithReviews(serializers.ModelSerializer):
        ordered_reviews = ReviewSerializer(many=True)

        class Meta:
            model = Book
            fields = ["id", "ordered_reviews"]

    assert_same(lambda: WithReviews(books(), many=True).data, tier="rows")
    assert_same(lambda: ReviewSerializer(models.OrderedReview.everything, many=True).data)
    assert_same(lambda: ReviewSerializer(models.OrderedReview.objects, many=True).data)


def test_queryset_is_left_as_it_was():
    """Stock fills the cache of the queryset it iterates; whoever iterates it later sees rows."""

    def work():
        queryset = books().filter(pages__gt=100)
        data = BookSerializer(queryset, many=True).data
        return data, [book.pk for book in queryset], len(queryset), queryset.exists()

    assert_same(work)


def test_one_serializer_class_over_several_querysets():
    def work():
        sources = [books(), books().only("id"), books()[2:4], Book.objects.none(), list(books())]
        return [nested(source) for source in sources]

    assert_same(work)


@pytest.mark.parametrize("many", [5, 3000])
def test_many_rows_and_chunks(many):
    """More rows than one fetch of the cursor, and more keys than one IN of the database."""
    tags = models.Tag.objects.bulk_create(
        models.Tag(name=f"bulk {n}", colour="#") for n in range(many)
    )
    book = Book.objects.first()
    book.tags.set(tags)
    assert_same(lambda: TagSerializer(models.Tag.objects.order_by("pk"), many=True).data)

    class Reverse(serializers.ModelSerializer):
        class Meta:
            model = models.Tag
            fields = ["name", "books"]

    assert_same(lambda: Reverse(models.Tag.objects.order_by("pk")[:50], many=True).data)
    assert_same(lambda: nested(books().prefetch_related("tags")), tier="rows")
