"""`Deserializer`: the objects and errors of Django's."""

import io
import json
from typing import Any

import pytest
from django.core.serializers.base import DeserializationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import django_rustaccel
from bookshop.models import Book, Country
from django_rustaccel.serializers import json as our_json
from serializers.both import FORMATS, deserialized, every_model, fill, fill_countries, outcome

pytestmark = pytest.mark.django_db
FORMS = sorted(FORMATS)


def assert_deserialized_alike(text: Any, form: str = "json", **options: Any) -> Any:
    """Deserialize by both; ``text`` makes a new stream for each."""
    stock, ours = FORMATS[form]
    make = text if callable(text) else lambda: text
    expected, stock_queries = outcome(lambda: deserialized(stock, make(), **options))
    found, our_queries = outcome(lambda: deserialized(ours, make(), **options))
    assert found == expected
    assert len(our_queries) <= len(stock_queries)
    return expected


@pytest.mark.parametrize("natural", [False, True])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_models(model: Any, form: str, natural: bool) -> None:
    fill()
    text = (
        FORMATS[form][0]
        .Serializer()
        .serialize(
            model.objects.order_by("pk"),
            use_natural_foreign_keys=natural,
            use_natural_primary_keys=natural,
        )
    )
    before = django_rustaccel.stats()["write"]["native"]
    assert len(assert_deserialized_alike(text, form)) == model.objects.count()
    assert django_rustaccel.stats()["write"]["native"] == before + 1


def country(**values: Any) -> dict[str, Any]:
    fields = {"code": "de", "name": "Land"}
    return {"model": "bookshop.country", "pk": 1, "fields": fields} | values


def treaty(**fields: Any) -> dict[str, Any]:
    return {"model": "bookshop.treaty", "pk": 1, "fields": {"title": "t"} | fields}


OBJECTS: list[Any] = [
    country(),
    country(pk=None),
    country(pk="7"),
    country(pk="x"),
    country(pk=1.5),
    country(pk=[1]),
    country(pk=True),
    country(model="bookshop.nothing_such"),
    country(model="nowhere"),
    country(model=None),
    country(model=5),
    country(model="bookshop.Country"),
    country(model="BOOKSHOP.country"),
    country(fields={}),
    country(fields=None),
    country(fields=[]),
    country(fields={"code": 5}),
    country(fields={"code": None, "name": True}),
    country(fields={"unknown": 1, "code": "fr"}),
    country(fields={"town": 1}),
    country(fields={"id": 3, "code": "xx"}),
    {"model": "bookshop.country", "fields": {"code": "new"}},
    {"model": "bookshop.country", "fields": {"code": "de"}},
    {"fields": {}},
    {"model": "bookshop.country"},
    {},
    [],
    None,
    "text",
    5,
    treaty(countries=[]),
    treaty(countries=[1, "2"]),
    treaty(countries=[["de"], 3]),
    treaty(countries=[["nowhere"]]),
    treaty(countries=None),
    treaty(countries=5),
    treaty(countries="12"),
    treaty(countries=["x"]),
    treaty(countries=[None]),
    treaty(countries={"1": 2}),
    treaty(signed_in=None),
    treaty(signed_in=3),
    treaty(signed_in="4"),
    treaty(signed_in="x"),
    treaty(signed_in=["Ulm", "de"]),
    treaty(signed_in=["Ulm", "nowhere"]),
    treaty(signed_in=["Ulm"]),
    treaty(signed_in={"Ulm": 1}),
    treaty(signed_in_id=1),
    {"model": "bookshop.flag", "pk": 1, "fields": {"colours": {"a": None}}},
    {"model": "bookshop.flag", "pk": ["de"], "fields": {"colours": []}},
    {"model": "bookshop.author", "pk": 1, "fields": {"name": "n", "books": [1]}},
    {"model": "bookshop.calculated", "pk": 1, "fields": {"name": "n"}},
    {"model": "bookshop.initialised", "pk": 1, "fields": {"name": "n"}},
    {"model": "bookshop.note", "pk": 1, "fields": {"text": "n", "target": None}},
    {"model": "bookshop.numbers", "pk": 1, "fields": {"whole": "1e3", "cents": 1.1, "fine": "x"}},
    {"model": "bookshop.nothing", "pk": 1, "fields": {"date": "2024-13-01"}},
    {"model": "bookshop.nothing", "pk": 1, "fields": {"datetime": "2024-01-01", "boolean": "t"}},
    {"model": "bookshop.nothing", "pk": 1, "fields": {"integer": "5", "float": "1.5", "char": 1}},
    {"model": "bookshop.nothing", "pk": 1, "fields": {"binary": "YWI=", "uuid": "x"}},
    {"model": "bookshop.everything", "pk": 1, "fields": {"boolean": None}},
]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"ignorenonexistent": True},
        {"handle_forward_references": True},
        {"using": "default", "ignorenonexistent": True, "handle_forward_references": True},
    ],
    ids=repr,
)
@pytest.mark.parametrize("form", FORMS)
def test_objects(form: str, options: Any) -> None:
    fill_countries()
    for given_object in OBJECTS:
        objects = [country(), given_object, country(pk=9)]
        if form == "json":
            assert_deserialized_alike(json.dumps(objects), form, **options)
        else:
            lines = "\n".join(map(json.dumps, objects))
            assert_deserialized_alike(lines, form, **options)


TEXTS: list[Any] = [
    "", "[]", "[", "null", "5", '{"a": 1}', '"text"', "[1]", b"[]", b"\xff", "[NaN]", "\ufeff[]",
    '[{"model": "bookshop.country", "pk": 1, "pk": 2, "fields": {"code": "\\ud800"}}]',
    '[{"model": "bookshop.country", "pk": 1, "fields": {"code": "\ud800"}}]',
    "[" * 100_000, "[1e400]", b'[{"model": "bookshop.country", "pk": 123456789012345678901, '
    b'"fields": {"code": "\xc3\xa9"}}]', None, 5,
]  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_texts(form: str) -> None:
    for text in TEXTS:
        assert_deserialized_alike(text, form)


@pytest.mark.parametrize("form", FORMS)
def test_streams(form: str) -> None:
    lines = json.dumps([country(), country(pk=2)] if form == "json" else country())
    for text in (lines, f"\n\n{lines}\n" if form == "jsonl" else f" {lines}\n"):
        assert_deserialized_alike(text, form)
        assert_deserialized_alike(text.encode(), form)
        assert_deserialized_alike(lambda text=text: io.StringIO(text), form)
        assert_deserialized_alike(lambda text=text: io.BytesIO(text.encode()), form)


def test_it_is_an_iterator() -> None:
    for module in FORMATS["json"]:
        objects = module.Deserializer(json.dumps([country(), country(pk=2)]))
        assert next(objects).object.pk == 1
        assert [each.object.pk for each in objects] in ([2], [1, 2])


def test_lines_are_read_one_by_one() -> None:
    def lines() -> Any:
        yield json.dumps(country())
        raise AssertionError("read ahead")

    assert next(iter(FORMATS["jsonl"][1].Deserializer(lines()))).object.code == "de"


def test_hooks_of_subclasses() -> None:
    class Own(our_json.Deserializer):
        def _handle_fk_field_node(self, field: Any, field_value: Any) -> Any:
            return 42

    made = next(iter(Own(json.dumps([treaty(signed_in=1)]))))
    assert made.object.signed_in_id == 42


def test_objects_are_saved_one_by_one() -> None:
    for made in our_json.Deserializer(json.dumps([country(pk=n) for n in range(1, 9)])):
        made.object.code = f"{made.object.pk}"
        if made.object.pk % 2:
            made.save()
    assert list(Country.objects.values_list("code", flat=True)) == ["1", "3", "5", "7"]


def test_disabled() -> None:
    before = django_rustaccel.stats()["write"]
    with django_rustaccel.disabled():
        assert_deserialized_alike(json.dumps([country()]))
    assert django_rustaccel.stats()["write"]["native"] == before["native"]


def test_errors_name_their_causes() -> None:
    with pytest.raises(DeserializationError) as raised:
        list(our_json.Deserializer("["))
    assert isinstance(raised.value.__cause__, json.JSONDecodeError)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2024-02-29", "2024-01-01T10:00:00.123Z", "10:00", "1 00:00:01", "1.50"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below),
    max_leaves=4,
)  # fmt: skip
NAMES = [
    *(field.name for field in Book._meta.get_fields() if field.name != "hardback"),
    "publisher_id",
    "unknown",
]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"fields": st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)},
            optional={"pk": VALUES, "model": st.just("bookshop.book")},
        ),
        max_size=3,
    ),
    st.booleans(),
)
def test_generated_objects(db: None, objects: Any, ignores: bool) -> None:
    assert_deserialized_alike(json.dumps(objects), ignorenonexistent=ignores)
