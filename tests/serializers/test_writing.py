"""`Serializer`: the text of Django's, with rows in the place of instances."""

import datetime
import io
import json
import tracemalloc
import uuid
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import django_rustaccel
from bookshop import models as shop
from bookshop.data import fill_shop
from bookshop.models import (
    Book,
    Everything,
    Nothing,
    Numbers,
    Tag,
    Treaty,
)
from django_rustaccel.serializers import json as our_json
from engines import captured_queries
from read.rows import fill_fields
from serializers.both import (
    FORMATS,
    assert_serialized_alike,
    every_model,
    fill,
    outcome,
)

pytestmark = pytest.mark.django_db
FORMS = sorted(FORMATS)

#: Models whose instances are more than their columns, or have a form of their own.
FROM_INSTANCES = ["FromDB", "FromDBValue", "Guarded", "Initialised", "Refreshed", "Shouted"]


@pytest.fixture
def filled() -> None:
    fill()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_models(filled: None, model: Any, form: str) -> None:
    text = assert_serialized_alike(lambda: model.objects.order_by("pk"), form, rows=True)
    assert model._meta.label_lower in text
    iterating = lambda: model.objects.order_by("pk").iterator()  # noqa: E731
    assert assert_serialized_alike(iterating, form, rows=True, indent=3) != text or form == "jsonl"


@pytest.mark.parametrize("name", [f.name for f in Everything._meta.concrete_fields])
def test_columns(filled: None, name: str) -> None:
    is_file = name in ("file", "image")
    for model in (Everything, Nothing):
        rows = not is_file or None
        assert_serialized_alike(
            lambda model=model: model.objects.order_by("pk"), fields=[name], rows=rows
        )


def test_decimals_of_several_scales(filled: None) -> None:
    assert_serialized_alike(lambda: Numbers.objects.order_by("pk"), rows=True)


@pytest.mark.databases_of("postgres")
def test_columns_of_postgres() -> None:
    from django.db.backends.postgresql.psycopg_any import NumericRange

    shop.PostgresFields.objects.create(
        numbers=[1, None], moments=[timezone.now()], grid=[["1.10"]], span=NumericRange(1, 5)
    )
    shop.PostgresFields.objects.create(pairs={"a": "é", "b": None}, span=NumericRange(empty=True))
    assert_serialized_alike(lambda: shop.PostgresFields.objects.order_by("pk"))


@pytest.mark.parametrize(
    "options",
    [
        {"indent": 1}, {"indent": 4}, {"indent": 40}, {"indent": 0}, {"indent": "\t"},
        {"indent": True}, {"ensure_ascii": True}, {"ensure_ascii": False}, {"sort_keys": True},
        {"separators": (",", ":")}, {"separators": None}, {"allow_nan": False},
        {"cls": json.JSONEncoder}, {"cls": DjangoJSONEncoder}, {"default": repr},
        {"check_circular": False}, {"skipkeys": True}, {"unknown": 1},
    ],
    ids=repr,
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_options(filled: None, options: Any, form: str) -> None:
    for model in (Everything, Book):
        assert_serialized_alike(lambda model=model: model.objects.order_by("pk"), form, **options)


def test_encoders_of_ones_own(filled: None) -> None:
    class Default(DjangoJSONEncoder):
        def default(self, o: Any) -> Any:
            return f"<{o}>" if isinstance(o, (Decimal, uuid.UUID)) else super().default(o)

    class Encode(DjangoJSONEncoder):
        def iterencode(self, o: Any, _one_shot: bool = False) -> Any:
            yield f"<{len(o)}>"

    for encoder in (Default, Encode, partial(DjangoJSONEncoder)):
        assert_serialized_alike(lambda: Everything.objects.order_by("pk"), cls=encoder)


@pytest.mark.parametrize(
    "fields",
    [["title"], ("uuid", "publisher"), {"price"}, ["publisher_id"], [], ["nothing", "pk"]],
    ids=repr,
)
@pytest.mark.parametrize("form", FORMS)
def test_selected_fields(filled: None, fields: Any, form: str) -> None:
    assert_serialized_alike(lambda: Book.objects.order_by("pk"), form, rows=True, fields=fields)


@pytest.mark.parametrize(
    "source",
    [
        Book.objects.none,
        lambda: Book.objects.order_by("-title")[2:7],
        lambda: Book.objects.order_by("pk").select_related("publisher"),
        lambda: Book.objects.order_by("pk").prefetch_related("tags"),
        lambda: Book.objects.order_by("pk").only("title"),
        lambda: Book.objects.order_by("pk").annotate(n=models.Count("tags")),
        lambda: Book.objects.order_by("pk").prefetch_related(
            models.Prefetch("tags", Tag.objects.filter(pk__gt=5))
        ),
        lambda: list(Book.objects.order_by("pk")),
        lambda: iter(Book.objects.order_by("pk")),
        lambda: (book for book in Book.objects.order_by("pk")),
        lambda: [*Book.objects.order_by("pk")[:2], *Tag.objects.order_by("pk")],
        lambda: Book.objects.filter(pk__in=[1]).union(Book.objects.filter(pk__in=[2])),
        lambda: Book.objects.order_by("pk").values(),
        lambda: Book.objects.raw("select * from bookshop_book order by id"),
        list,
    ],
)
def test_sources(filled: None, source: Any) -> None:
    assert_serialized_alike(source)
    assert_serialized_alike(source, indent=2)


def test_a_generator_that_has_begun() -> None:
    fill_shop(5)

    def begun() -> Any:
        books = Book.objects.order_by("pk").iterator()
        next(books)
        return books

    assert assert_serialized_alike(begun, rows=False).count('"model"') == 4


@pytest.mark.parametrize("name", FROM_INSTANCES)
def test_what_instances_alone_know(name: str) -> None:
    model = getattr(shop, name)
    model.objects.create(name="a")
    assert_serialized_alike(lambda: model.objects.order_by("pk"), rows=False)


def test_a_queryset_keeps_what_was_read() -> None:
    fill_shop(5)
    books = Book.objects.order_by("pk")
    our_json.Serializer().serialize(books)
    with captured_queries() as queries:
        assert len(books) == 5
        assert [book.title for book in books] == [book.title for book in books[:]]
        assert books[1].pk == list(books)[1].pk
        assert our_json.Serializer().serialize(books, fields=["title"])
    assert queries == []


def test_many_chunks(monkeypatch: Any) -> None:
    monkeypatch.setattr("django_rustaccel.serializers.writing.CHUNK_SIZE", 7)
    fill_shop(30)
    for options in ({}, {"indent": 2}):
        assert_serialized_alike(
            lambda: Book.objects.order_by("pk").iterator(), rows=True, **options
        )


def test_relations_are_read_by_one_query_each() -> None:
    fill_shop(30)
    with captured_queries() as queries:
        our_json.Serializer().serialize(Book.objects.order_by("pk"))
    assert len(queries) == 2


def test_streams() -> None:
    fill_shop(3)
    for form, (stock, ours) in FORMATS.items():
        expected, found = io.StringIO(), io.StringIO()
        stock.Serializer().serialize(Book.objects.order_by("pk"), stream=expected)
        ours.Serializer().serialize(Book.objects.order_by("pk"), stream=found)
        assert found.getvalue() == expected.getvalue(), form


def test_a_stream_without_a_value() -> None:
    class Sink:
        def write(self, text: str) -> None:
            assert isinstance(text, str)

    fill_shop(3)
    assert our_json.Serializer().serialize(Book.objects.order_by("pk"), stream=Sink()) is None


class Nowhere:
    """A stream that keeps nothing."""

    def write(self, text: str) -> None:
        pass


def test_memory_is_that_of_one_part(monkeypatch: Any) -> None:
    monkeypatch.setattr("django_rustaccel.serializers.writing.CHUNK_SIZE", 50)

    def peak() -> int:
        tracemalloc.start()
        try:
            books = Book.objects.order_by("pk").iterator()
            our_json.Serializer().serialize(books, stream=Nowhere())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    fill_shop(200)
    peak()  # Makes what is kept.
    few = peak()
    Tag.objects.all().delete()
    fill_shop(2000, seed=7)
    # MySQL's driver keeps whole results.
    assert connection.vendor == "mysql" or peak() < 2 * few


def test_hooks_of_subclasses() -> None:
    fill_shop(3)
    results = []
    for module in FORMATS["json"]:

        class Own(module.Serializer):
            def handle_field(self, obj: Any, field: Any) -> None:
                super().handle_field(obj, field)
                self._current[field.name] = "own"

        class Bare(module.Serializer):
            pass

        results.append([cls().serialize(Book.objects.order_by("pk")) for cls in (Own, Bare)])
    assert results[0] == results[1]


def test_progress() -> None:
    fill_shop(30)
    outputs = []
    for module in FORMATS["json"]:
        out = io.StringIO()
        serializer = module.Serializer()
        serializer.serialize(
            Book.objects.order_by("pk").iterator(), progress_output=out, object_count=30
        )
        outputs.append(out.getvalue())
        assert serializer.progress_class is module.Serializer.progress_class
    assert outputs[0] == outputs[1] != ""


def test_disabled() -> None:
    fill_shop(2)
    with django_rustaccel.disabled():
        assert_serialized_alike(lambda: Book.objects.order_by("pk"), rows=False)


def test_another_time_zone(settings: Any) -> None:
    fill_fields()
    settings.TIME_ZONE = "Asia/Tokyo"
    assert_serialized_alike(lambda: Everything.objects.order_by("pk"))


@pytest.mark.databases_of("sqlite")
def test_naive_moments(settings: Any) -> None:
    fill_fields()
    settings.USE_TZ = False
    assert_serialized_alike(lambda: Everything.objects.order_by("pk"))


def test_errors_of_user_code() -> None:
    Treaty.objects.create(title="x")

    class Refusing(DjangoJSONEncoder):
        def default(self, o: Any) -> Any:
            raise ValueError("refused")

    fill_shop(1)
    value, _ = outcome(lambda: our_json.Serializer().serialize(Book.objects.all(), cls=Refusing))
    assert_serialized_alike(Book.objects.all, cls=Refusing)
    assert value is not None


#: PostgreSQL takes neither NUL nor a lone surrogate.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=6,
)
MOMENTS = st.datetimes(
    datetime.datetime(1000, 1, 1), datetime.datetime(9999, 1, 1), timezones=st.just(datetime.UTC)
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# MariaDB refuses some UUIDs.
@pytest.mark.databases_of("sqlite", "postgres")
@given(
    st.fixed_dictionaries(
        {
            "big": st.integers(-(2**63), 2**63 - 1),
            "binary": st.binary(max_size=9),
            "boolean": st.booleans(),
            "char": TEXTS,
            "date": st.dates(),
            "datetime": MOMENTS,
            "decimal": st.decimals(-(10**13), 10**13, places=6),
            "duration": st.timedeltas(
                datetime.timedelta(days=-99999), datetime.timedelta(days=99999)
            ),
            "float": st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
            "json": JSON,
            "text": TEXTS,
            "time": st.times(),
            "uuid": st.uuids(),
        }
    ),
    st.sampled_from(FORMS),
    st.sampled_from([{}, {"indent": 2}, {"ensure_ascii": True}]),
)
def test_generated_rows(db: None, values: Any, form: str, options: Any) -> None:
    Nothing.objects.all().delete()
    Nothing.objects.create(**values)
    names = [name for name in values if name != "json" or values[name] is not None]
    assert_serialized_alike(Nothing.objects.all, form, rows=True, fields=names, **options)
