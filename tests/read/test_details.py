"""Detail views: one row for one value after another."""

import pytest
from django.db.models import Count, Q, QuerySet
from django.db.models.sql.query import Query
from rest_framework import generics, serializers
from rest_framework.test import APIRequestFactory

from bookshop.data import fill_shop
from bookshop.models import Book, Publisher, UUIDKeyed
from bookshop.serializers import BookSerializer, NestedBookSerializer
from django_rustaccel.querysets.narrowing import _Narrowed
from engines import ENGINES, assert_same, running
from read.cells import books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop(db):
    """Every book has a publisher of its own."""
    fill_shop(8)
    publishers = Publisher.objects.order_by("-pk")
    for book, publisher in zip(Book.objects.order_by("pk"), publishers, strict=False):
        Book.objects.filter(pk=book.pk).update(publisher=publisher)


def view_of(source, serializer=NestedBookSerializer, base=generics.RetrieveAPIView, **members):
    body = {"queryset": source, "serializer_class": serializer, **members}
    return type("Detail", (base,), body).as_view()


def asked(view, **kwargs):
    """Status and body of a request."""
    response = view(APIRequestFactory().get("/"), **kwargs).render()
    return response.status_code, response.content


def keys():
    return list(Book.objects.order_by("pk").values_list("pk", flat=True))


SOURCES = {
    "all": Book.objects.all(),
    "ordered": Book.objects.order_by("-title"),
    "narrow": Book.objects.filter(pages__gt=300, in_print=True).select_related("publisher"),
    "excluded": Book.objects.exclude(tags__name="tag-1"),
    "joined": Book.objects.filter(tags__name="tag-1"),
    "distinct": Book.objects.filter(tags__name__startswith="tag").distinct(),
    "annotated": Book.objects.annotate(count=Count("tags")),
    "prefetched": Book.objects.prefetch_related("tags"),
    "nothing": Book.objects.none(),
}


@pytest.mark.parametrize("source", SOURCES)
def test_one_key_after_another(source):
    view = view_of(SOURCES[source])
    for key in [*keys(), 0, *keys()]:
        assert_same(lambda key=key: asked(view, pk=key))
        assert_same(lambda key=key: asked(view, pk=str(key)))


@pytest.mark.parametrize(
    "key", ["", "x", "1.5", " 1", "9" * 30, -1, 1.0, True, None, "\0", ["1"], 2**63]
)
def test_odd_keys(key):
    view = view_of(Book.objects.all())
    for each in (key, keys()[0], key):
        assert_same(lambda each=each: asked(view, pk=each))


@pytest.mark.parametrize(
    "name",
    ["isbn", "title", "uuid", "publisher", "publisher__name", "publisher_id", "isbn__iexact"],
)
def test_other_lookups(name):
    view = view_of(Book.objects.all(), lookup_field=name)
    values = list(Book.objects.order_by("pk").values_list(name.removesuffix("__iexact"), flat=True))
    for value in [*values, "none", values[0], str(values[1])]:
        assert_same(lambda value=value: asked(view, **{name: value}))


def test_uuids_as_keys():
    class Serializer(serializers.ModelSerializer):
        class Meta:
            model = UUIDKeyed
            fields = "__all__"

    first, second = UUIDKeyed.objects.create(), UUIDKeyed.objects.create()
    view = view_of(UUIDKeyed.objects.all(), Serializer)
    for key in (first.pk, str(second.pk), "0", first.pk.hex):
        assert_same(lambda key=key: asked(view, pk=key))


def test_a_queryset_for_each_request():
    class Own(generics.RetrieveAPIView):
        queryset = Book.objects.all()
        serializer_class = BookSerializer

        def get_queryset(self):
            return super().get_queryset().filter(pages__gte=self.kwargs["pages"])

    view = Own.as_view()
    pages = Book.objects.get(pk=keys()[0]).pages
    for least in (pages, pages + 1, pages):
        assert_same(lambda least=least: asked(view, pk=keys()[0], pages=least))


def test_backends_that_narrow():
    class Backend:
        most = 10_000

        def filter_queryset(self, request, queryset, view):
            return queryset.filter(pages__lte=Backend.most)

    view = view_of(Book.objects.all(), BookSerializer, filter_backends=[Backend])
    assert_same(lambda: asked(view, pk=keys()[0]))
    Backend.most = 0
    assert_same(lambda: asked(view, pk=keys()[0]))


def test_another_queryset_of_the_class():
    class Detail(generics.RetrieveAPIView):
        queryset = books()
        serializer_class = BookSerializer

    view, other = Detail.as_view(), Detail.as_view(queryset=books().filter(pages__lt=0))
    for each in (view, other, view):
        assert_same(lambda each=each: asked(each, pk=keys()[0]))
    Detail.queryset = books().filter(pages__lt=0)
    assert_same(lambda: asked(view, pk=keys()[0]))


def test_conditions_are_not_shared():
    """What one request asks for is not what the next one gets."""
    source = Book.objects.all()
    view = view_of(source)
    first, second = keys()[:2]
    bodies = [asked(view, pk=key)[1] for key in (first, second, first)]
    assert bodies[0] == bodies[2] != bodies[1]
    assert source.count() == 8


class Owner:
    """Whose stock is narrowed to, as tenants are."""

    least = 0


class Filtering(QuerySet):
    def filter(self, *args, **kwargs):
        return super().filter(*args, **kwargs, stock__gte=Owner.least)


class Copying(QuerySet):
    def all(self):
        return super().all().filter(stock__gte=Owner.least)


class Adding(Query):
    def add_q(self, q_object, *args, **kwargs):
        return super().add_q(q_object & Q(stock__gte=Owner.least), *args, **kwargs)


@pytest.mark.parametrize(
    "source", [Filtering(Book), Copying(Book), QuerySet(Book, query=Adding(Book))]
)
@pytest.mark.parametrize("least", [0, 100, 10_000])
def test_a_queryset_that_narrows_itself(source, least, monkeypatch):
    view = view_of(source)
    asked(view, pk=keys()[0])
    monkeypatch.setattr(Owner, "least", least)
    for key in keys():
        assert_same(lambda key=key: asked(view, pk=key))


def test_what_a_name_leads_to_is_worked_out_once(monkeypatch):
    values, stock = [], _Narrowed.to

    def to(self, value):
        values.append(value)
        return stock(self, value)

    monkeypatch.setattr(_Narrowed, "to", to)
    view = view_of(Book.objects.all())
    for key in keys()[:3]:
        assert asked(view, pk=key)[0] == 200
    assert values == keys()[1:3]


def test_a_queryset_without_a_hash():
    class Equal(QuerySet):  # noqa: PLW1641 - that is the point
        def __eq__(self, other):
            return True

    view = view_of(Equal(Book))
    for key in (keys()[0], 0, keys()[1]):
        assert_same(lambda key=key: asked(view, pk=key))


@pytest.mark.parametrize("name", ["get_queryset", "filter_queryset", "get_object"])
def test_methods_given_to_as_view(name):
    class Detail(generics.RetrieveAPIView):
        queryset = Book.objects.all()
        serializer_class = BookSerializer

    given = {
        "get_queryset": lambda: Book.objects.filter(stock__gte=10_000),
        "filter_queryset": lambda queryset: queryset.filter(stock__gte=10_000),
        "get_object": Book.objects.last,
    }
    stock = Detail.as_view()

    def view(request, **kwargs):
        """What `as_view(name=...)` makes: an attribute of the instance."""
        detail = Detail(**{name: given[name]})
        detail.setup(request, **kwargs)
        return detail.dispatch(request, **kwargs)

    assert_same(lambda: asked(stock, pk=keys()[0]))
    for key in keys():
        assert_same(lambda key=key: asked(view, pk=key))


@pytest.mark.parametrize("name", ["title", "title__isnull"])
@pytest.mark.parametrize("value", ["1", "0", "\ud800"])
def test_values_that_only_the_compiler_refuses(name, value):
    """What a driver could not send is tried once more by the stock view, for its answer."""
    view, answers = view_of(Book.objects.all(), lookup_field=name), []
    for engine in ENGINES:
        with running(engine):
            answers.append(asked(view, **{name: value}))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
