"""Hyperlinks: the same names, objects and queries, wherever they stand."""

import pickle

from rest_framework import relations, serializers
from rest_framework.renderers import AdminRenderer, JSONRenderer
from rest_framework.test import APIClient, APIRequestFactory

from bookshop import models
from django_rustaccel import explain
from engines import assert_same, captured_queries, running
from read.linked import MARKS, BookViews, assert_links, books, context, identity, related

pytestmark = MARKS


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
