"""Files: the same names and URLs, made by the same storages at the same time."""

import pickle
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import (
    FileSystemStorage,
    InMemoryStorage,
    Storage,
    default_storage,
)
from django.db.models.fields.files import FieldFile, ImageFieldFile
from django.http import HttpRequest
from django.test import override_settings
from django.urls import get_script_prefix, set_script_prefix
from django.utils.functional import SimpleLazyObject
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

import django_rustaccel
from bookshop.models import Everything, Frame, Nothing, Picture
from django_rustaccel.drf.files import file_field, url_prefix
from django_rustaccel.drf.lazy import LazyReturnList
from engines import assert_same, running
from read.rows import ORDINARY

pytestmark = pytest.mark.django_db

PLAIN = ["a.txt", "files/2024/a-b_c.min.JPG", "...", ".hidden/x", "a..b/c.", "-", "0"]
ODD = [
    "a b.txt", "ü.png", "files/€/x", "a#b", "a?b=c", "100%", "%20", "a&b", "a+b", "a;b", "a:b",
    "http://elsewhere/x", "//elsewhere/x", "/a", "///a", "a//b", "a/", "/", ".", "..", "./a",
    "../a", "a=b", "a/./b", "a/../b", "a/..", "a\\b", "\\", "a\nb", "\t", " ", "(a)!*'~", "[a]",
    "<b>", '"',
]  # fmt: skip
FILES = serializers.FileField
BASES = [
    "/media/", "/", "//cdn.example/m/", "http://cdn.example/m/", "https://ü.example/ü b/%20/",
    "/a//b/", "/a/../b/./", "/a;b/", "/m/?token=1", "/m?x/#y", "/no-slash", "http://cdn.example",
    "http://", "//", "s3://bucket/x/", "mailto:x", "#x", "?x", "/..", " /m/",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _rows(db: None) -> None:
    names = [*PLAIN, "", None, *PLAIN]
    Nothing.objects.bulk_create(Nothing(file=name, image=name) for name in names)


def files(model: Any = Nothing, **fields: Any) -> Any:
    fields = fields or {"file": FILES(), "image": serializers.ImageField()}
    meta = type("Meta", (), {"model": model, "fields": ["id", *fields]})
    return type("Files", (serializers.ModelSerializer,), {"Meta": meta, **fields})


def request(path: str = "/at/here/", **headers: Any) -> Request:
    return Request(APIRequestFactory().get(path, **headers))


def assert_files(read: Any = None, tier: str = "rows", model: Any = Nothing, **context: Any) -> Any:
    """A list of rows, as data and as bytes, a list of instances, and each of them alone."""
    read = read or files()
    rows = model.objects.order_by("pk")

    def data() -> Any:
        return read(rows.all(), many=True, context=context).data

    assert_same(lambda: JSONRenderer().render(data()))
    assert_same(lambda: read(list(rows.all()), many=True, context=context).data)
    for pk in rows.values_list("pk", flat=True):
        assert_same(lambda: read(rows.get(pk=pk), context=context).data)  # noqa: B023
    found = assert_same(data)
    return found if found is None else assert_same(data, tier=tier)


@pytest.mark.parametrize("use_url", [True, False, None])
@pytest.mark.parametrize("setting", [True, False])
@pytest.mark.parametrize("with_request", [True, False])
def test_urls_and_names(use_url: Any, setting: bool, with_request: bool) -> None:
    options = {} if use_url is None else {"use_url": use_url}
    read = files(file=FILES(**options), image=serializers.ImageField(**options))
    with override_settings(REST_FRAMEWORK={"UPLOADED_FILES_USE_URL": setting}):
        rows = assert_files(read, **({"request": request()} if with_request else {}))
    is_url = setting if use_url is None else use_url
    start = "http://testserver/media/" if with_request else "/media/"
    assert rows[0]["image"] == (f"{start}a.txt" if is_url else "a.txt")
    assert [rows[7]["file"], rows[8]["file"]] == [None, None]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("use_url", [True, False])
def test_odd_names(name: str, use_url: bool) -> None:
    pks = list(Nothing.objects.order_by("pk").values_list("pk", flat=True))
    Nothing.objects.filter(pk__in=pks[4:]).delete()
    Nothing.objects.filter(pk=pks[2]).update(file=name)
    Nothing.objects.filter(pk=pks[0]).update(image=name)
    read = files(file=FILES(use_url=use_url), image=serializers.ImageField(use_url=use_url))
    assert_files(read)
    assert_files(read, request=request())


def test_names_that_are_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    Everything.objects.create(**ORDINARY)
    Everything.objects.filter(file="files/a b.txt").update(file=5)
    assert_files(files(Everything), model=Everything)


@pytest.mark.parametrize("base", [*BASES, "media/", "", "m?x"])
@pytest.mark.parametrize("prefix", ["/", "/site/"])
def test_media_url(base: str, prefix: str) -> None:
    read, before = files(), get_script_prefix()
    set_script_prefix(prefix)
    try:
        for context in ({}, {"request": request()}):

            def data() -> Any:
                with override_settings(MEDIA_URL=base):  # Read anew: Django keeps what it joined.
                    return read(Nothing.objects.order_by("pk"), many=True, context=context).data  # noqa: B023

            assert_same(data, tier="rows")
            assert_same(lambda: JSONRenderer().render(data()), tier="rows")
    finally:
        set_script_prefix(before)


def test_urls_are_those_of_the_time_of_reading() -> None:
    read = files()

    def render(at: str = "/late/") -> bytes:
        with override_settings(MEDIA_URL="/early/"):
            data = read(Nothing.objects.order_by("pk"), many=True).data
        with (
            override_settings(MEDIA_URL=at),
            mock.patch.object(
                Nothing._meta.get_field("file"), "storage", FileSystemStorage(base_url="/other/")
            ),
        ):
            return JSONRenderer().render(data)

    assert b"/early/a.txt" in assert_same(render, tier="rows")
    assert b"/early/a.txt" in assert_same(render, tier="rows")


def test_plain_names_wait_for_the_renderer() -> None:
    data = files()(Nothing.objects.order_by("pk"), many=True, context={"request": request()}).data
    assert type(data) is LazyReturnList
    assert b"http://testserver/media/a.txt" in JSONRenderer().render(data)
    assert type(data) is LazyReturnList
    assert data[0]["file"] == "http://testserver/media/a.txt"


@pytest.mark.parametrize("change", [{"MEDIA_URL": "/two/"}, {"STORAGES": {}}, {"MEDIA_URL": None}])
def test_settings_are_read_in_every_call(change: dict[str, Any]) -> None:
    backend = {"BACKEND": "read.test_files.Elsewhere"}
    settings = change if "STORAGES" not in change else {"STORAGES": {"default": backend}}
    read = files()
    assert_files(read)
    with override_settings(**settings):
        assert_files(read)
    assert_files(read)


class Elsewhere(FileSystemStorage):
    """A storage that signs its URLs, and counts how often it is asked."""

    asked = 0

    def url(self, name: str | None) -> str:
        self.asked += 1
        if name == "...":
            raise AttributeError("no URL")
        return f"//files.example/{name}?{'&'.join('signed')}"


class Moving(FileSystemStorage):
    """A storage whose base is another each time."""

    @property
    def base_url(self) -> str:
        self.times = getattr(self, "times", 0) + 1
        return f"/{self.times}/"


class Located(FileSystemStorage):
    """A storage with nothing of its own but a place."""


class Borrowed(Storage):
    """A storage with nothing but the method of another."""

    url = FileSystemStorage.url  # type: ignore[assignment]


@pytest.mark.parametrize("storage", [Elsewhere, Located, Borrowed, InMemoryStorage])
@pytest.mark.parametrize("with_request", [True, False])
def test_storages(storage: Any, with_request: bool) -> None:
    context = {"request": request()} if with_request else {}
    with mock.patch.object(Nothing._meta.get_field("file"), "storage", storage()):
        assert_files(**context)


def test_a_storage_is_asked_once_for_each_file() -> None:
    storage = Elsewhere()
    with mock.patch.object(Nothing._meta.get_field("file"), "storage", storage):
        JSONRenderer().render(files()(Nothing.objects.order_by("pk"), many=True).data)
    assert storage.asked == 2 * len(PLAIN)


def test_values_left_to_python_are_named() -> None:
    reason = "Files.file: a value was left to FileField.to_representation"
    before = django_rustaccel.stats()["fallbacks"].get(reason, 0)
    for name, more in (("plain", 0), ("", 0), ("a b", 1)):
        Nothing.objects.update(file=name)
        JSONRenderer().render(files()(Nothing.objects.all(), many=True).data)
        assert django_rustaccel.stats()["fallbacks"].get(reason, 0) == before + more


def test_a_storage_with_another_base_each_time() -> None:
    def data() -> Any:
        with mock.patch.object(Nothing._meta.get_field("file"), "storage", Moving()):
            return files()(Nothing.objects.order_by("pk"), many=True).data

    assert_same(data, tier="rows")


def test_a_storage_with_a_method_of_its_own() -> None:
    storage = FileSystemStorage()
    storage.url = lambda name: f"own:{name}"  # type: ignore[method-assign, assignment]
    with mock.patch.object(Nothing._meta.get_field("image"), "storage", storage):
        assert assert_files()[0]["image"] == "own:a.txt"


def test_a_file_class_of_the_project() -> None:
    class Owned(FieldFile):
        @property
        def url(self) -> str:
            return f"/{self.instance.pk}/{self.name}"

    with mock.patch.object(Nothing._meta.get_field("file"), "attr_class", Owned):
        rows = assert_files(files(), tier="instances")
        assert rows[0]["file"].endswith("/a.txt")
        field = django_rustaccel.explain(files()).fields["file"]
        assert (field.native, field.reason) == (False, "`Owned` makes each URL")


def test_errors_are_raised_by_data() -> None:
    broken = mock.PropertyMock(side_effect=ZeroDivisionError)
    storage = FileSystemStorage(base_url="/x/")
    storage._base_url = None
    with override_settings(MEDIA_URL=None):
        assert_files()
    with mock.patch.object(Nothing._meta.get_field("file"), "storage", SimpleLazyObject(broken)):
        assert_files()
    assert_files(request=request(HTTP_HOST="not allowed"))
    assert_files(request=object())


class OwnRequest(HttpRequest):
    def build_absolute_uri(self, location: str | None = None) -> str:
        return f"/{len(location or '')}/{location}"


class Proxy(Request):
    def build_absolute_uri(self, location: str) -> str:
        return f"/{len(location)}/{location}"


def requests() -> dict[str, Any]:
    patched, inner = request(), request()
    patched.build_absolute_uri = inner._request.build_absolute_uri = lambda url: (
        f"/{len(url)}/{url}"
    )
    return {
        "django": APIRequestFactory().get("/at/here"),
        "own": OwnRequest(),
        "proxy": Proxy(APIRequestFactory().get("/")),
        "patched": patched,
        "inner": inner,
        "secure": APIRequestFactory().get("/", secure=True, SERVER_PORT="8443"),
        "lazy": SimpleLazyObject(request),
        "none": None,
    }


@pytest.mark.parametrize("name", requests())
@pytest.mark.parametrize("base", ["/media/", "relative/", "http://cdn.example/"])
def test_requests(name: str, base: str) -> None:
    with override_settings(MEDIA_URL=base):
        assert_files(request=requests()[name])


@pytest.mark.parametrize(
    ("owner", "name", "new"),
    [
        (FieldFile, "url", property(lambda self: f"/{len(self.name)}/{self.name}")),
        (FileSystemStorage, "url", lambda self, name: f"/{len(name)}/{name}"),
        (FileSystemStorage, "base_url", property(lambda self: "/patched/")),
        (HttpRequest, "build_absolute_uri", lambda self, url: f"/{len(url)}/{url}"),
        (serializers.FileField, "to_representation", lambda self, value: str(value)),
        (serializers.FileField, "use_url", False),
        (serializers.ImageField, "context", {"request": None}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_patches(owner: Any, name: str, new: Any) -> None:
    read = files()
    assert_same(lambda: read(Nothing.objects.order_by("pk"), many=True).data)
    with mock.patch.object(owner, name, new, create=True):
        tier = "instances" if name == "to_representation" else "rows"
        assert_files(read, tier, request=request())
    assert_files(read)


def test_fields_of_the_project() -> None:
    class Named(serializers.FileField):
        use_url = property(lambda self: "name" not in self.context)

    class Elsewhere(serializers.ImageField):
        context = {"request": SimpleNamespace(build_absolute_uri=lambda url: f"own:{url}")}

    class Inherited(serializers.FileField):
        use_url = False

    read = files(file=Named(), image=Elsewhere(), name=Inherited(source="file"))
    rows = assert_files(read, request=request())
    assert rows[0]["image"] == "own:/media/a.txt"
    assert assert_files(read, name=True)[0]["file"] == "a.txt"
    explained = django_rustaccel.explain(read).fields
    assert [each.native for each in explained.values()] == [True, False, False, True]


def test_no_stock_fields_are_made() -> None:
    read = files()
    assert_files(read)  # A plan is made of the fields of the first serializer.
    for name in ("a.txt", "a b.txt", ""):
        Nothing.objects.update(file=name)
        for data in (Nothing.objects.all(), list(Nothing.objects.all())):
            listed = read(data, many=True, context={"request": request()})
            JSONRenderer().render(listed.data)
            assert "fields" not in vars(listed.child)


def test_relations() -> None:
    plain, odd, none = Nothing.objects.order_by("pk")[1], Nothing.objects.create(file="a b"), None
    Frame.objects.bulk_create(Frame(shown=shown) for shown in (none, plain, odd, plain))
    sources = {
        "nested": files()(source="shown"),
        "file": FILES(source="shown.file", allow_null=True),
        "skipped": FILES(source="shown.file", required=False),
        "name": FILES(source="shown.file", required=False, use_url=False),
    }
    for name, field in sources.items():
        assert_files(files(Frame, **{name: field}), model=Frame, request=request())
    assert_files(files(Frame, **sources), model=Frame)
    frames = files(Frame, file=FILES(source="shown.file", required=False))
    read = files(frames=frames(many=True))
    assert_files(read, request=request())
    Frame.objects.filter(shown=odd).delete()
    assert_files(read, request=request())


def test_pictures_with_dimensions() -> None:
    Picture.objects.bulk_create(
        Picture(image=name, width=size, height=size)
        for name, size in (("a.png", 7), ("b b.png", 8), ("", None))
    )
    fields = {name: serializers.IntegerField() for name in ("width", "height")}
    read = files(Picture, image=serializers.ImageField(), **fields)
    assert_files(read, tier="instances", model=Picture, request=request())
    explained = django_rustaccel.explain(read)
    assert "update_dimension_fields" in explained.reason
    assert explained.fields["image"].native
    # A size that nobody has stored is read from the file, which is not there.
    Picture.objects.update(width=None)
    assert_same(lambda: read(Picture.objects.order_by("pk"), many=True).data)


class Plain(serializers.Serializer):
    file = FILES()
    name = FILES(use_url=False, source="file")


class Listed(serializers.Serializer):
    file = serializers.ListField(child=FILES(allow_null=True))


def odd_files() -> list[Any]:
    column = Nothing._meta.get_field("file")
    moved = FieldFile(None, column, "a")
    moved.storage = FileSystemStorage(base_url="/moved/")
    fresh = Nothing(file=ContentFile(b"x", name="fresh.txt")).file
    stray = FieldFile(None, column, "a")
    del stray.storage
    nameless = FieldFile(None, column, "a")
    del nameless.name
    names = [PurePosixPath("a/b"), SimpleLazyObject(lambda: "lazy"), 5, 0, b"a", "\ud800", ("a",)]
    return [
        FieldFile(None, column, "a"), moved, fresh, stray, nameless, None, "text", b"", 7,
        ImageFieldFile(None, column, "b"), pickle.loads(pickle.dumps(Nothing(file="c").file)),
        SimpleNamespace(url="/own/"), SimpleNamespace(), ContentFile(b"", name="n"),
        *(FieldFile(None, column, name) for name in names),
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(len(odd_files())))
@pytest.mark.parametrize("with_request", [True, False])
def test_files_of_other_objects(number: int, with_request: bool) -> None:
    context = {"request": request()} if with_request else {}
    for owner in (dict, SimpleNamespace):
        assert_same(lambda: Plain(owner(file=odd_files()[number]), context=context).data)  # noqa: B023
        several = [odd_files()[0], odd_files()[number], None]
        assert_same(lambda: Listed(owner(file=several), context=context).data)  # noqa: B023


def test_files_of_instances_in_the_making() -> None:
    read = files(id=serializers.IntegerField(), file=FILES(), image=serializers.ImageField())
    later = Nothing.objects.defer("file").order_by("pk")
    assert_same(lambda: read(later[1]).data)
    assert_same(lambda: read(Nothing()).data)
    assert_same(lambda: read(Nothing(file=ContentFile(b"x", name="fresh.txt"))).data)
    changed = Nothing.objects.order_by("pk")[0]
    changed.file = "changed"
    changed.image.name = "also changed"
    assert_same(lambda: read(changed, context={"request": request()}).data)


SEGMENTS = st.text("aZ09-_.", min_size=1, max_size=4).filter(lambda part: part not in (".", ".."))
PATHS = st.text("ab/.?#;: ü%\\@[]", max_size=8)


@given(
    st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join),
    st.sampled_from(BASES) | PATHS | PATHS.map("http://cdn.example/{}".format),
    st.sampled_from([None, "/", "/a/b", "/a/../b/", "//x/"]),
)
@settings(deadline=None, max_examples=400)
def test_every_plain_name_stands_after_the_prefix(name: str, base: str, path: str | None) -> None:
    here = None
    if path is not None:
        here = HttpRequest()
        here.path, here.META = path, {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    field = file_field(Plain(context={"request": here}))
    storage = FileSystemStorage(base_url=base)
    file = FieldFile(None, SimpleNamespace(storage=storage), name)  # type: ignore[arg-type]
    try:
        expected = field.to_representation(file)
    except ValueError as error:  # No URL at all; the probe must fail alike.
        with pytest.raises(type(error)):
            url_prefix(field, storage)
    else:
        assert url_prefix(field, storage) == expected.removesuffix(name)
        assert expected.endswith(name)


def test_explained() -> None:
    explained = django_rustaccel.explain(files())
    assert (explained.tier, explained.fields["file"].tier) == ("rows", "rows")
    with mock.patch.object(Nothing._meta.get_field("file"), "storage", Elsewhere()):
        explained = django_rustaccel.explain(files())
        names = django_rustaccel.explain(files(file=FILES(use_url=False)))
    assert (explained.tier, names.fields["file"].tier) == ("rows", "rows")
    field = explained.fields["file"]
    assert not field.native
    assert field.reason.startswith("`Elsewhere.url` makes each URL in ")
    broken = SimpleLazyObject(mock.Mock(side_effect=ZeroDivisionError("no storage")))
    with mock.patch.object(Nothing._meta.get_field("file"), "storage", broken):
        reason = django_rustaccel.explain(files()).fields["file"].reason
    assert reason.startswith("the storage of `file` fails (ZeroDivisionError: no storage")


def test_the_default_storage_stays_what_it_is() -> None:
    with running("rustaccel"):
        assert files()(Nothing(file="a")).data["file"] == default_storage.url("a")
