"""Hyperlinks: the same URLs, objects, queries and errors, however the URL is put together."""

import pickle
import uuid
from types import SimpleNamespace

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpResponse
from django.urls import include, path, re_path, register_converter, set_script_prefix
from django.urls.converters import IntConverter
from django.utils import translation
from rest_framework import relations, routers, serializers, versioning, viewsets
from rest_framework.renderers import AdminRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from bookshop import models
from bookshop.data import fill_shop
from django_rustaccel import explain
from engines import assert_same, captured_queries, running

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def view(request, **kwargs):
    return HttpResponse()


class EvenConverter(IntConverter):
    """Takes the regular expression of integers, spells even ones only."""

    def to_url(self, value):
        if int(value) % 2:
            raise ValueError
        return f"{value:05}"


class ShortConverter(IntConverter):
    regex = "[0-9]"


register_converter(EvenConverter, "even")
register_converter(ShortConverter, "short")


class BookViews(viewsets.ModelViewSet):
    queryset = models.Book.objects.order_by("pk")

    def get_serializer_class(self):
        return books(
            url=serializers.HyperlinkedIdentityField("routed-detail"),
            link=serializers.HyperlinkedIdentityField("book"),
        )


router = routers.DefaultRouter()
router.register("routed", BookViews, basename="routed")

named = [
    path("b/<int:pk>/", view, name="book"),
    path("p-ü/<int:pk>", view, name="publisher"),
]

urlpatterns = [
    *named,
    path("", include(router.urls)),
    path("tags/<str:name>/", view, name="tag"),
    re_path(r"^tagged/(?P<label>[^/.]+)/$", view, name="tagged"),
    re_path(r"^slugs/(?P<isbn>[-\w]+)$", view, name="slugged"),
    path("uuid/<uuid:uuid>/end.json", view, name="by-uuid"),
    path("path/<path:pk>", view, name="by-path"),
    path("short/<short:pk>/", view, name="short"),
    path("even/<even:pk>/", view, name="even"),
    path("twice/<short:pk>/", view, name="twice"),
    path("twice/again/<int:pk>/", view, name="twice"),
    re_path(r"^odd/(?!3)(?P<pk>[0-9]+)(?:/more)?/$", view, name="odd"),
    re_path(r"^unnamed/([0-9]+)/$", view, name="unnamed"),
    path("default/<int:pk>/", view, {"lang": "en"}, name="defaulted"),
    path("100%/<int:pk>/", view, name="percent"),
    path("dots/../<int:pk>/", view, name="dots"),
    path("<str:version>/versioned/<int:pk>/", view, name="versioned"),
    path("v1/", include((named, "shop"), namespace="v1")),
    path("v2/", include((named, "shop"), namespace="v2")),
    path("t/<slug:tenant>/", include((named, "tenant"))),
    re_path(r"^format/(?P<pk>[0-9]+)\.(?P<format>[a-z]+)$", view, name="formatted"),
    *i18n_patterns(path("local/<int:pk>/", view, name="local")),
]


@pytest.fixture(autouse=True)
def shop(db):
    fill_shop(30)
    models.Book.objects.filter(pk=models.Book.objects.first().pk).update(publisher=None)


def books(**fields):
    meta = type("Meta", (), {"model": models.Book, "fields": list(fields)})
    return type("Links", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def context(scheme=None, version=None, query="", **more):
    request = Request(APIRequestFactory().get(f"/somewhere/?{query}"))
    if scheme is not None:
        request.versioning_scheme, request.version = scheme(), version
    return {"request": request, **more}


def assert_links(field, given=None, tier="rows", queryset=None, settle=True):
    """The field over rows, over instances and as bytes, on both engines."""
    given = context() if given is None else given
    queryset = models.Book.objects.order_by("pk") if queryset is None else queryset
    read = books(link=field)

    def data():
        return read(queryset.all(), many=True, context=given).data

    if tier == "rows" and settle:
        assert b"http" in assert_same(lambda: JSONRenderer().render(data()), tier=tier)
    assert_same(lambda: read(list(queryset.all()), many=True, context=given).data)
    return assert_tier(data, tier)


def assert_tier(data, tier):
    rows = assert_same(data)
    if rows is not None:  # An error is no call of any tier.
        assert_same(data, tier=tier)
    return rows


def assert_reads(read, queryset):
    assert_tier(lambda: read(queryset.all(), many=True, context=context()).data, "rows")
    instances = list(queryset)
    assert_same(lambda: read(instances, many=True, context=context()).data)


identity = serializers.HyperlinkedIdentityField
related = serializers.HyperlinkedRelatedField


@pytest.mark.parametrize(
    "field",
    [
        identity("book"),
        identity("percent"),
        identity("dots"),
        identity("by-path"),
        identity("routed-detail"),
        identity("defaulted"),
        identity("even"),
        identity("tenant:book"),
        identity("v1:book"),
        identity("shop:book"),
        identity("nowhere:book"),
        identity("v1:nothing"),
        identity("nothing"),
        identity("unnamed"),
        identity("short"),
        identity("twice"),
        identity("odd"),
        identity("local"),
        identity("slugged", lookup_field="isbn"),
        identity("by-uuid", lookup_field="uuid"),
        identity("tagged", lookup_field="title", lookup_url_kwarg="label"),
        identity("tagged", lookup_field="status", lookup_url_kwarg="label"),
        identity("tagged", lookup_field="published", lookup_url_kwarg="label"),
        identity("tagged", lookup_field="rating", lookup_url_kwarg="label"),
        related("publisher", source="publisher", read_only=True),
        related("publisher", source="publisher", queryset=models.Publisher.objects.all()),
        related("tag", source="publisher", lookup_field="name", read_only=True),
        related(
            "tagged",
            source="publisher",
            lookup_field="country",
            lookup_url_kwarg="label",
            read_only=True,
        ),
        related("publisher", source="tags", many=True, read_only=True),
        related("tag", source="tags", many=True, lookup_field="name", read_only=True),
    ],
    ids=lambda field: f"{getattr(field, 'child_relation', field).view_name}-{field.source}",
)
def test_patterns(field):
    assert_links(field, settle=False)


@pytest.mark.parametrize(
    "field",
    [
        identity("book"),
        identity("routed-detail"),
        identity("v1:book"),
        identity("slugged", lookup_field="isbn"),
        identity("by-uuid", lookup_field="uuid"),
        related("publisher", source="publisher", read_only=True),
        related(
            "tagged",
            source="publisher",
            lookup_field="country",
            lookup_url_kwarg="label",
            read_only=True,
        ),
        related("tag", source="tags", many=True, lookup_field="name", read_only=True),
    ],
    ids=lambda field: getattr(field, "child_relation", field).view_name,
)
def test_rows_wait_for_their_urls(field, monkeypatch):
    """What a URL depends on is what it was when the data was asked for."""
    serializer = books(link=field)(models.Book.objects.order_by("pk"), many=True, context=context())
    with running("stock"):
        expected = JSONRenderer().render(
            books(link=field)(models.Book.objects.order_by("pk"), many=True, context=context()).data
        )
    data = serializer.data
    monkeypatch.setattr(field.__class__, "to_representation", None)
    set_script_prefix("/elsewhere/")
    try:
        assert JSONRenderer().render(data) == expected
    finally:
        set_script_prefix("/")


@pytest.mark.parametrize(
    ("scheme", "version", "name"),
    [
        (versioning.AcceptHeaderVersioning, "v1", "book"),
        (versioning.URLPathVersioning, "v1", "versioned"),
        (versioning.URLPathVersioning, "v1", "book"),
        (versioning.URLPathVersioning, None, "book"),
        (versioning.NamespaceVersioning, "v2", "book"),
        (versioning.NamespaceVersioning, "v3", "book"),
        (versioning.NamespaceVersioning, "v2", "short"),
        (versioning.NamespaceVersioning, None, "v1:book"),
        (versioning.QueryParameterVersioning, "1.0 &", "book"),
        (versioning.QueryParameterVersioning, None, "book"),
        (versioning.HostNameVersioning, "v1", "book"),
    ],
)
def test_versions(scheme, version, name):
    assert_links(identity(name), context(scheme, version), settle=False)


class ShoutingScheme(versioning.BaseVersioning):
    def reverse(self, *args, **kwargs):
        return super().reverse(*args, **kwargs).upper()


def test_a_scheme_of_the_project():
    rows = assert_links(identity("book"), context(ShoutingScheme, "1"), settle=False)
    assert rows[1]["link"].startswith("HTTP://TESTSERVER/B/")


@pytest.mark.parametrize("suffix", [None, "json", ""])
@pytest.mark.parametrize("own", [None, "html"])
@pytest.mark.parametrize("name", ["formatted", "routed-detail", "book"])
def test_format_suffixes(suffix, own, name):
    assert_links(identity(name, format=own), context(format=suffix), settle=False)


@pytest.mark.parametrize("query", ["format=json", "format=a%20b&page=2", "page=2"])
def test_query_parameters_that_stay(query):
    assert_links(identity("book"), context(query=query))


def test_other_requests():
    assert_links(identity("book"), {"request": None}, settle=False)
    assert_links(identity("book"), {"request": APIRequestFactory().get("/")})
    assert_links(identity("book"), {}, settle=False)
    secure = Request(APIRequestFactory().get("/", secure=True, HTTP_HOST="testserver:8443"))
    rows = assert_links(identity("book"), {"request": secure})
    assert rows[0]["link"].startswith("https://testserver:8443/")


class Counting(Request):
    made = 0

    def build_absolute_uri(self, location=None):
        type(self).made += 1
        return f"{location}?{type(self).made}"


@pytest.mark.parametrize("name", ["_request", None])
def test_a_method_that_was_set_on_a_request(name):
    given = context()
    owner = getattr(given["request"], name) if name else given["request"]
    owner.build_absolute_uri = lambda url: f"/{len(url)}{url}"
    assert_links(identity("book"), given=given, settle=False)


def test_a_request_that_makes_its_own_urls():
    request = Counting(APIRequestFactory().get("/"))
    read = books(link=identity("book"))
    rows = read(models.Book.objects.order_by("pk"), many=True, context={"request": request}).data
    assert [row["link"].rpartition("?")[2] for row in rows] == [str(n) for n in range(1, 31)]


def test_script_prefix():
    try:
        for prefix in ("/app/", "/50%/", "//", "/ü/"):
            set_script_prefix(prefix)
            assert_links(identity("book"))
    finally:
        set_script_prefix("/")


def test_language():
    for language in ("de", "en", "fr"):
        with translation.override(language):
            rows = assert_links(identity("local"))
            assert f"/{language}/" in rows[3]["link"]


@pytest.mark.parametrize("name", ["x y", "a/b", "ü", "50%", "..", ".", "a.b", "", "a\nb", "a?b#c"])
@pytest.mark.parametrize("view_name", ["tag", "tagged", "slugged"])
@pytest.mark.parametrize("first", [True, False])
def test_values_that_need_quoting(name, view_name, first):
    models.Tag.objects.all().delete()
    names = ["plain", "also-plain", "and_3"]
    names.insert(0 if first else 2, name)
    for each in names:
        models.Tag.objects.create(name=each, colour="")
    field = identity(
        view_name,
        lookup_field="name",
        lookup_url_kwarg={"tagged": "label", "slugged": "isbn"}.get(view_name),
    )
    meta = type("Meta", (), {"model": models.Tag, "fields": ["link"]})
    read = type("Tags", (serializers.ModelSerializer,), {"Meta": meta, "link": field})
    assert_reads(read, models.Tag.objects.order_by("pk"))


@pytest.mark.parametrize("model", [models.TextKeyed, models.UUIDKeyed])
def test_other_keys(model):
    if model is models.TextKeyed:
        for code in ("a", "", "b b", "c"):
            model.objects.create(code=code)
    else:
        for number in range(4):
            model.objects.create(id=uuid.UUID(int=number << 100), name="x")
    meta = type("Meta", (), {"model": model, "fields": ["link"]})
    for view_name in ("by-path", "book"):
        fields = {"Meta": meta, "link": identity(view_name)}
        read = type("Keyed", (serializers.ModelSerializer,), fields)
        assert_reads(read, model.objects.order_by("pk"))


def test_unsaved_and_odd_objects():
    class Plain(serializers.Serializer):
        link = identity("book")

    class Other(serializers.Serializer):
        link = identity("tagged", lookup_field="label")

    keys = (1, None, 2, "", 3, True, -4, "٣", 1 << 70)
    things = [SimpleNamespace(pk=pk, label="x") for pk in keys]
    for thing in (*things, models.Book(), models.Book(pk=5), {"pk": 1}, "text"):
        for read in (Plain, Other):
            assert_same(lambda: read(thing, context=context()).data)  # noqa: B023
            several = [things[0], thing, things[2]]
            assert_same(lambda: read(several, many=True, context=context()).data)  # noqa: B023


def test_objects_of_hyperlinks():
    fields = {
        "own": identity("book"),
        "publisher": related("publisher", read_only=True),
        "tags": related("tag", lookup_field="name", many=True, read_only=True),
    }
    read = books(**fields)
    queryset = models.Book.objects.order_by("pk")[1:]
    with running("stock"):
        stock = read(queryset.all(), many=True, context=context()).data
    with captured_queries() as queries:
        ours = read(queryset.all(), many=True, context=context()).data
        assert [dict(row) for row in ours] == [dict(row) for row in stock]
        assert {type(row["own"]) for row in ours} == {relations.Hyperlink}
        assert ours[3]["own"].obj.pk == stock[3]["own"].obj.pk
        assert type(ours[3]["publisher"].obj) is relations.PKOnlyObject
    assert len(queries) == 2
    with captured_queries() as queries:
        assert [row["own"].name for row in ours] == [row["own"].name for row in stock]
        assert [row["own"].obj for row in ours] == [row["own"].obj for row in stock]
    assert len(queries) == 1
    assert [row["publisher"].name for row in ours] == [row["publisher"].name for row in stock]
    assert [[tag.name for tag in row["tags"]] for row in ours] == [
        [tag.name for tag in row["tags"]] for row in stock
    ]
    assert isinstance(ours[0]["own"].obj, models.Book)
    copy = pickle.loads(pickle.dumps(ours[0]["own"]))
    assert (copy, copy.name) == (ours[0]["own"], ours[0]["own"].name)


def test_nested_links():
    meta = type(
        "Meta",
        (),
        {
            "model": models.Publisher,
            "fields": ["url", "name"],
            "extra_kwargs": {"url": {"view_name": "publisher"}},
        },
    )
    publisher = type("P", (serializers.HyperlinkedModelSerializer,), {"Meta": meta})
    options = {"url": {"view_name": "tag", "lookup_field": "name"}}
    tag_meta = type("Meta", (), {"model": models.Tag, "fields": ["url"], "extra_kwargs": options})
    tag = type("T", (serializers.HyperlinkedModelSerializer,), {"Meta": tag_meta})
    read = books(publisher=publisher(), tags=tag(many=True))
    queryset = models.Book.objects.order_by("pk")
    prefetched = queryset.select_related("publisher").prefetch_related("tags")
    for each in (queryset, prefetched, queryset.none(), queryset[:1]):
        assert_same(lambda: read(each.all(), many=True, context=context()).data, tier="rows")  # noqa: B023
        assert_same(
            lambda: JSONRenderer().render(read(each.all(), many=True, context=context()).data)  # noqa: B023
        )
    instances = list(prefetched)
    assert_same(lambda: read(instances, many=True, context=context()).data, tier="instances")


def test_an_overridden_method_makes_each_url():
    class Own(serializers.HyperlinkedIdentityField):
        def get_url(self, obj, *args):
            return f"urn:{obj.title}"

    assert_links(Own("book"), tier="instances")


def test_views():
    def get(path):
        response = APIClient().get(path)
        return response.status_code, dict(response.headers), response.content

    for path_ in ("", ".json", "/?format=json", "/2/", "/2.json"):
        assert_same(lambda: get(f"/routed{path_}"))  # noqa: B023


class AdminBooks(BookViews):
    renderer_classes = [AdminRenderer]


def test_names_in_the_admin_take_one_query():
    view = AdminBooks.as_view({"get": "list"})

    def get():
        page = view(APIRequestFactory().get("/routed/")).render().content
        return page.partition(b"<tbody>")[2].partition(b"</tbody>")[0]

    with running("stock"), captured_queries() as before:
        expected = get()
    with captured_queries() as queries:
        assert get() == expected
    assert expected.count(b"<a href=http://testserver/b/") == 30
    assert len(queries) <= len(before) + 1


def test_explained():
    explanation = explain(
        books(
            link=identity("book"),
            tags=related("tag", many=True, lookup_field="name", read_only=True),
        )
    )
    assert explanation.tier == "rows"
    assert all(field.native for field in explanation.fields.values())
