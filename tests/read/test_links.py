"""Hyperlinks: the same URLs and errors, however the URL is put together."""

import uuid
from types import SimpleNamespace

import pytest
from django.urls import set_script_prefix
from django.utils import translation
from rest_framework import serializers, versioning
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from bookshop import models
from engines import assert_same, running
from read.linked import MARKS, assert_links, assert_reads, books, context, identity, related

pytestmark = MARKS


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
