"""`loaddata` with our modules in place of Django's: the same rows, signals, errors."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import signals

import django_rustaccel
from bookshop.data import fill_shop
from bookshop.models import Book, Country, Publisher, Shelf, Tag, Treaty
from engines import captured_queries
from serializers.both import dumped, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_place")]
FAST = pytest.mark.databases_of("sqlite", "postgres")
#: MySQL numbers on after a rollback.
NUMBERED = FAST


class Rollback(Exception):
    """Undoes what a run has loaded."""


def loaded(fixture: Any, before: Callable[[], Any], **options: Any) -> dict[str, Any]:
    """Everything that loading has done, which is undone."""
    result: dict[str, Any] = {}
    try:
        with transaction.atomic():
            begin_keys_anew()
            before()
            begin_keys_anew()
            with captured_queries() as queries:
                try:
                    call_command("loaddata", str(fixture), verbosity=0, **options)
                except Exception as error:
                    # A sequence has gone on when rows that it numbered were refused.
                    text = re.sub(r"Failing row contains \(\d+", "", str(error))
                    result["error"] = (type(error), text)
                    raise Rollback from None
            result["queries"] = len(queries)
            result["rows"] = rows_of_everything()
            raise Rollback
    except Rollback:
        return result


def begin_keys_anew() -> None:
    """Sequences go on after a rollback."""
    models = list(apps.get_app_config("bookshop").get_models(include_auto_created=True))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def rows_of_everything() -> dict[str, list[Any]]:
    """The rows of all tables, those that Django made for relations with them."""
    models = apps.get_app_config("bookshop").get_models(include_auto_created=True)
    return {model.__name__: rows_of(model) for model in models if not model._meta.proxy}


def rows_of(model: Any) -> list[Any]:
    """In the order of their keys, without those that a database numbers on after a rollback."""
    fields = [field.attname for field in model._meta.concrete_fields]
    if connection.vendor == "mysql" and model._meta.auto_created:
        fields.remove(model._meta.pk.attname)
    return list(model._base_manager.order_by("pk").values_list(*fields))


def assert_loaded_alike(
    fixture: Any, before: Callable[[], Any] = lambda: None, **options: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    with django_rustaccel.disabled():
        stock = loaded(fixture, before, **options)
    ours = loaded(fixture, before, **options)
    assert ours.get("error") == stock.get("error")
    assert ours.get("rows") == stock.get("rows")
    assert ours.get("queries", 0) <= stock.get("queries", 0)
    return stock, ours


def empty() -> None:
    with connection.constraint_checks_disabled():
        for model in apps.get_app_config("bookshop").get_models(include_auto_created=True):
            if not model._meta.proxy:
                model._base_manager.all()._raw_delete("default")


@pytest.fixture
def write(tmp_path: Any) -> Callable[..., Any]:
    def write(objects: Any, form: str = "json") -> Any:
        target = tmp_path / f"fixture.{form}"
        text = objects if isinstance(objects, str) else json.dumps(objects)
        target.write_text(text, "utf-8")
        return target

    return write


@pytest.fixture
def shop(write: Any) -> Any:
    fill_shop(60)
    return write(dumped("bookshop.Publisher", "bookshop.Tag", "bookshop.Book"))


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("natural", [False, True])
def test_everything(write: Any, form: str, natural: bool) -> None:
    fill()
    options = {"use_natural_foreign_keys": natural, "use_natural_primary_keys": natural}
    labels = [model._meta.label for model in apps.get_app_config("bookshop").get_models()]
    kept = [label for label in labels if label not in ("bookshop.Paired", "bookshop.ProxyBook")]
    fixture = write(dumped(*kept, format=form, **options), form)
    assert_loaded_alike(fixture, empty)
    assert_loaded_alike(fixture)


@FAST
def test_into_empty_tables(shop: Any) -> None:
    stock, ours = assert_loaded_alike(shop, empty)
    assert ours["rows"]["Book_tags"]
    assert ours["queries"] < stock["queries"] / 8


@FAST
def test_over_rows_that_are_there(shop: Any) -> None:
    def change() -> None:
        Book.objects.update(title="changed", publisher=None)
        Book.objects.order_by("pk")[0].tags.clear()
        Book.objects.order_by("pk")[1].tags.set(Tag.objects.all()[:2])
        Book.objects.order_by("pk")[2].delete()

    stock, ours = assert_loaded_alike(shop, change)
    assert "changed" not in str(ours["rows"]["Book"])
    assert ours["queries"] < stock["queries"]


def country(pk: Any, code: Any, **fields: Any) -> dict[str, Any]:
    fields = {"code": code, "name": "n"} | fields
    return {"model": "bookshop.country", "pk": pk, "fields": fields}


@pytest.mark.parametrize(
    "objects",
    [
        [country(n, f"{n}") for n in range(1, 10)],
        [country(n, "xx" if n in (3, 7) else f"{n}") for n in range(1, 10)],
        [country(n % 5 + 1, f"{n}") for n in range(9)],
        pytest.param([country(None, f"{n}") for n in range(9)], marks=NUMBERED),
        [country(n, None if n == 5 else f"{n}") for n in range(1, 10)],
        [country(n, f"{n}", name=5) for n in range(1, 10)],
        [country(n, f"{n}") if n != 6 else country("x", "6") for n in range(1, 10)],
        [*(country(n, f"{n}") for n in range(1, 7)), {"model": "no.model", "fields": {}}],
        [*(country(n, f"{n}") for n in range(1, 7)), country(8, "1"), country("x", "8")],
        [*(country(n, f"{n}") for n in range(1, 7)), 5],
        [country(n, f"{n}", unknown=1) for n in range(1, 7)],
    ],
)  # fmt: skip
def test_runs(write: Any, objects: Any) -> None:
    fixture = write(objects)
    assert_loaded_alike(fixture)
    assert_loaded_alike(fixture, ignorenonexistent=True)
    assert_loaded_alike(fixture, exclude=["bookshop.Country"])
    lines = "\n".join(map(json.dumps, objects))
    assert_loaded_alike(write(lines, "jsonl"))
    assert_loaded_alike(write(f"{lines}\n{{", "jsonl"))


def test_text_that_no_database_takes(write: Any) -> None:
    assert_loaded_alike(write([country(n, f"{n}", name="a\0" * (n == 7)) for n in range(1, 9)]))


def test_relations(write: Any) -> None:
    def treaty(pk: int, keys: Any) -> dict[str, Any]:
        fields = {"title": "t", "countries": keys}
        return {"model": "bookshop.treaty", "pk": pk, "fields": fields}

    def before() -> None:
        for pk in (1, 2, 3):
            Country.objects.create(pk=pk, code=f"{pk}")
        Treaty.objects.create(pk=4, title="old").countries.set([1, 2])
        Treaty.objects.create(pk=5, title="old").countries.set([3])

    keys = [[1, 2], [], [3, 3, "2"], [2, 3], [3, 3, 1], [1], [2, 1, 3]]
    objects = [treaty(pk, some) for pk, some in enumerate(keys, 1)]
    assert_loaded_alike(write(objects), before)
    # A row of nobody: refused at the end, when all constraints are checked.
    assert_loaded_alike(write([*objects, treaty(9, [99])]), before)
    assert_loaded_alike(write([*objects, treaty(9, [None])]), before)


@NUMBERED
def test_natural_keys_of_objects_before(write: Any) -> None:
    towns = [
        {"model": "bookshop.town", "fields": {"name": f"t{n}", "country": [f"{n}"]}}
        for n in range(1, 7)
    ]
    countries = [country(n, f"{n}") for n in range(1, 7)]
    assert_loaded_alike(write([*countries, *towns]))
    assert_loaded_alike(write([*towns, *countries]))


def test_symmetric_relations_and_keys_to_self(write: Any) -> None:
    objects = [
        {
            "model": "bookshop.category",
            "pk": n,
            "fields": {"name": "c", "parent": 7 - n, "related": [1]},
        }
        for n in range(1, 7)
    ]
    assert_loaded_alike(write(objects))


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    """What the signals say, one after the other."""
    found: list[Any] = []

    def note(sender: Any, **kwargs: Any) -> None:
        instance = kwargs.pop("instance")
        is_there = sender._base_manager.filter(pk=instance.pk).exists() if "raw" in kwargs else 0
        del kwargs["signal"]
        found.append((sender.__name__, instance.pk, instance._state.adding, is_there, repr(kwargs)))

    chosen = (signals.pre_save, signals.post_save)
    for signal in chosen:
        signal.connect(note, sender=Publisher)
    signals.m2m_changed.connect(note, sender=Book.tags.through)
    signals.post_init.connect(lambda **kwargs: None, sender=Tag, dispatch_uid="init", weak=False)
    yield found
    for signal in chosen:
        signal.disconnect(note, sender=Publisher)
    signals.m2m_changed.disconnect(note, sender=Book.tags.through)
    signals.post_init.disconnect(sender=Tag, dispatch_uid="init")


def test_signals(shop: Any, heard: list[Any]) -> None:
    with django_rustaccel.disabled():
        loaded(shop, empty)
    stock = list(heard)
    heard.clear()
    loaded(shop, empty)
    assert heard == stock
    assert len(stock) > 100


@FAST
def test_methods_of_ones_own(write: Any, monkeypatch: Any) -> None:
    saved: list[Any] = []

    def save_base(self: Any, *args: Any, **kwargs: Any) -> Any:
        saved.append(self.pk)
        return stock(self, *args, **kwargs)

    stock = Shelf.save_base
    monkeypatch.setattr(Shelf, "save_base", save_base, raising=False)
    fields = {"code": "a", "label": "b", "plan": {}}
    objects = [
        {"model": "bookshop.shelf", "pk": n, "fields": fields | {"code": f"{n}"}}
        for n in range(1, 7)
    ]
    assert_loaded_alike(write(objects))


def test_routers(shop: Any, settings: Any) -> None:
    class Router:
        def db_for_write(self, model: Any, **hints: Any) -> str:
            return "default"

    settings.DATABASE_ROUTERS = [Router()]
    assert_loaded_alike(shop, empty)


def test_output(shop: Any) -> None:
    import io

    outputs = []
    for run in (django_rustaccel.disabled()(call_command), call_command):
        out = io.StringIO()
        run("loaddata", str(shop), verbosity=3, stdout=out)
        outputs.append(out.getvalue())
    assert outputs[0] == outputs[1]
    assert "Processed 60 object(s)" in outputs[0]
