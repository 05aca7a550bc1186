"""The panel of django-debug-toolbar: what it says of requests, through the toolbar's own views."""

import re
import subprocess
import sys

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.decorators import api_view
from rest_framework.response import Response

import bookshop.urls
import django_rustaccel
from bookshop.data import fill_shop
from bookshop.models import Book, Tag
from bookshop.serializers import PublisherSerializer, TagSerializer
from django_rustaccel.core import statistics
from django_rustaccel.panels import AccelerationPanel
from engines import captured_queries, running

pytest.importorskip("debug_toolbar")
pytestmark = pytest.mark.django_db

PANEL = "django_rustaccel.panels.AccelerationPanel"


@pytest.fixture(autouse=True)
def start(db):
    """What the toolbar does when Django starts, before there is any connection."""
    AccelerationPanel.ready()


def always(request):
    return True


class Shouting(serializers.ModelSerializer):
    """One field is Python's, and so is one method below it."""

    loud = serializers.SerializerMethodField()

    class Meta:
        model = Tag
        fields = ["name", "loud"]

    def get_loud(self, tag):
        return TagSerializer(tag).data["name"].upper()


class Unread(serializers.ModelSerializer):
    """Relations that the queryset does not bring along."""

    publisher = PublisherSerializer()
    tags = TagSerializer(many=True)

    class Meta:
        model = Book
        fields = ["title", "publisher", "tags"]


class Own(TagSerializer):
    def to_representation(self, instance):
        return {"own": super().to_representation(instance)["name"]}


class Tags(viewsets.ModelViewSet):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer


class ShoutingTags(Tags):
    serializer_class = Shouting


class OwnTags(Tags):
    serializer_class = Own


class Books(viewsets.ModelViewSet):
    queryset = Book.objects.order_by("pk")
    serializer_class = Unread


@api_view()
def disabled(request):
    with django_rustaccel.disabled():
        return Response(TagSerializer(Tag.objects.all(), many=True).data)


def importing(request):
    for _ in range(2):
        statistics.fell_back("full_clean_many: a reason")
    return HttpResponse("done")


def plain(request):
    return HttpResponse("plain")


@api_view()
def failing(request):
    raise ZeroDivisionError


urlpatterns = [
    *bookshop.urls.urlpatterns,
    path("tags/", Tags.as_view({"get": "list", "post": "create"})),
    path("shouting/", ShoutingTags.as_view({"get": "list"})),
    path("own/", OwnTags.as_view({"get": "list"})),
    path("unread/", Books.as_view({"get": "list"})),
    path("disabled/", disabled),
    path("failing/", failing),
    path("plain/", plain),
    path("importing/", importing),
]


@pytest.fixture(autouse=True)
def _toolbar(settings):
    settings.MIGRATION_MODULES = {}  # The toolbar adds its own to it.
    settings.INSTALLED_APPS = [
        *settings.INSTALLED_APPS,
        "django.contrib.staticfiles",
        "debug_toolbar",
    ]
    settings.MIDDLEWARE = ["debug_toolbar.middleware.DebugToolbarMiddleware"]
    settings.ROOT_URLCONF = (*urlpatterns, path("__debug__/", include("debug_toolbar.urls")))
    settings.DEBUG_TOOLBAR_PANELS = [PANEL]
    settings.DEBUG_TOOLBAR_CONFIG = {"SHOW_TOOLBAR_CALLBACK": always, "IS_RUNNING_TESTS": False}
    _forget()
    yield
    _forget()


def _forget():
    """What the toolbar keeps of its settings for the whole process."""
    from debug_toolbar.middleware import show_toolbar_func_or_path
    from debug_toolbar.toolbar import DebugToolbar

    show_toolbar_func_or_path.cache_clear()
    DebugToolbar._panel_classes = DebugToolbar._urlpatterns = None


def stored():
    """What the toolbar has stored of the panel for the latest request."""
    from debug_toolbar.store import get_store

    return get_store().panel(list(get_store().request_ids())[-1], "AccelerationPanel")


def last_panel():
    """The panel of the latest request as the toolbar has stored it."""
    from debug_toolbar.store import get_store
    from debug_toolbar.toolbar import DebugToolbar

    request_id = list(get_store().request_ids())[-1]
    return DebugToolbar.fetch(request_id, "AccelerationPanel").get_panel_by_id("AccelerationPanel")


def calls_of(url, method="get", **options):
    """What the panel knows of a request, by class name and kind."""
    answer = getattr(Client(), method)(url, **options)
    assert answer.status_code < 300, answer.content
    calls = last_panel().get_stats()["calls"]
    return {(call["subject"].rpartition(".")[2], call["kind"]): call for call in calls}


class TestWhatIsSeen:
    def test_rows(self):
        fill_shop(30)
        calls = calls_of("/nested/")
        read = calls["NestedBookSerializer(many=True)", "read"]
        assert (read["tier"], read["times"], read["rows"], read["reasons"]) == ("rows", 1, 25, [])
        assert re.search(r"serializers\.py:\d+$", read["location"])
        assert read["queries"] == 2
        assert read["saved"] == 0  # The view has asked for both relations.
        assert read["milliseconds"] > 0
        assert calls["JSONRenderer", "render"]["tier"] == "native"
        assert last_panel().nav_subtitle == "1 rows"

    def test_saved_queries_are_those_of_stock(self):
        fill_shop(20)
        calls = calls_of("/unread/")
        read = calls["Unread(many=True)", "read"]
        with running("stock"), captured_queries() as stock:
            Client().get("/unread/")
        assert (read["tier"], read["reasons"]) == ("rows", [])
        assert read["queries"] + read["saved"] == len(stock) == 1 + 20 + 20

    def test_fields_of_python_are_named_with_file_and_line(self):
        fill_shop(1)
        calls = calls_of("/shouting/")
        outer = calls["Shouting(many=True)", "read"]
        assert outer["tier"] == "instances"
        for reason in outer["reasons"]:
            assert re.search(r"`get_loud`|`Shouting.get_loud` in .*_toolbar\.py:\d+$", reason)
        inner = calls["TagSerializer", "read"]
        assert (inner["tier"], inner["times"], inner["rows"]) == ("instances", 12, 12)

    def test_stock(self):
        fill_shop(1)
        call = calls_of("/own/")["Own(many=True)", "read"]
        assert (call["tier"], call["rows"]) == ("stock", 12)
        assert "`Own.to_representation` is overridden in " in call["reasons"][0]

    def test_writing(self):
        data = {"name": "new", "colour": "#123456"}
        calls = calls_of("/tags/", "post", data=data, content_type="application/json")
        assert calls["JSONParser", "parse"]["tier"] == "native"
        assert calls["TagSerializer", "write"]["tier"] == "native"
        assert calls["TagSerializer", "read"]["rows"] == 1

    def test_refused_data(self):
        Client().post("/tags/", {"colour": "red and much too long"}, "application/json")
        calls = {call["kind"]: call for call in last_panel().get_stats()["calls"]}
        assert calls["write"]["rows"] == 0

    def test_reasons_of_other_code(self):
        (call,) = calls_of("/importing/").values()
        assert (call["subject"], call["tier"]) == ("other code", "")
        assert call["reasons"] == ["full_clean_many: a reason"]

    def test_disabled(self):
        fill_shop(1)
        calls = calls_of("/disabled/")
        read = calls["TagSerializer(many=True)", "read"]
        assert (read["tier"], read["rows"], read["queries"]) == ("disabled", 12, 1)
        assert calls["JSONRenderer", "render"]["tier"] == "native"


class TestInTheToolbar:
    def content(self, url):
        Client().get(url)
        panel = last_panel()
        query = {"request_id": panel.toolbar.request_id, "panel_id": "AccelerationPanel"}
        return Client().get("/__debug__/render_panel/", query).json()

    def test_it_renders(self):
        fill_shop(3)
        told = self.content("/unread/")
        assert told["scripts"] == []
        content = told["content"]
        assert "Unread(many=True)" in content
        assert "without acceleration at least 5 more would have been sent" in content
        assert "<script" not in content
        assert "style=" not in content

    def test_text_is_escaped(self):
        fill_shop(1)
        Own.__qualname__, name = "<b>Own", Own.__qualname__
        try:
            content = self.content("/own/")["content"]
        finally:
            Own.__qualname__ = name
        assert "&lt;b&gt;Own" in content
        assert "<b>Own" not in content

    def test_nothing_ran(self):
        assert "ran" in self.content("/plain/")["content"]
        assert last_panel().nav_subtitle == ""

    def test_it_can_be_turned_off(self):
        client = Client()
        client.cookies["djdtAccelerationPanel"] = "off"
        client.get("/tags/")
        assert stored() == {}

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.usefixtures("new_thread")
    def test_event_loops(self):
        fill_shop(2)
        async_to_sync(AsyncClient().get)("/tags/")
        (read, render) = last_panel().get_stats()["calls"]
        assert (read["tier"], read["rows"], read["queries"]) == ("rows", 12, 1)
        assert render["kind"] == "render"


def test_it_changes_nothing():
    fill_shop(5)
    seen = [Client().get(url) for url in ("/unread/", "/own/")]
    with override_settings(MIDDLEWARE=[]):
        plain = [Client().get(url) for url in ("/unread/", "/own/")]
    assert [each.content for each in seen] == [each.content for each in plain]


def test_failures_leave_no_watcher():
    with pytest.raises(ZeroDivisionError):
        Client().get("/failing/")
    assert statistics.watcher.get() is None


@pytest.mark.parametrize("is_outer", [True, False])
def test_the_timing_middleware_hears_of_everything(settings, is_outer):
    fill_shop(2)
    timing = "django_rustaccel.middleware.TimingMiddleware"
    toolbar = list(settings.MIDDLEWARE)
    settings.MIDDLEWARE = [timing, *toolbar] if is_outer else [*toolbar, timing]
    told = Client().get("/tags/")["Server-Timing"]
    assert 'desc="1 queries"' in told
    assert 'desc="rows 1"' in told
    assert last_panel().get_stats()["queries"] == 1


def test_without_the_toolbar():
    code = "import sys; sys.modules['debug_toolbar'] = None; import django_rustaccel.panels"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "install django-rustaccel[toolbar]" in ran.stderr
