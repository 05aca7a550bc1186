"""Django's core serializers: `dumpdata` and `loaddata` with its modules, and with ours.

Measured in processor time, each engine in turn: a loaded machine would say more about its load.
"""

import gc
import io
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.management import call_command
from django.core.serializers import json as stock_json
from django.db import connection
from pytest_benchmark.fixture import BenchmarkFixture

from bookshop.data import fill_shop
from bookshop.models import Book, Tag
from django_rustaccel.serializers import json as our_json
from engines import running

pytestmark = pytest.mark.django_db(transaction=True)

DUMPED = 100_000
LOADED = 5_000
SERIALIZERS: dict[str, Any] = {
    "stock": stock_json.Serializer,
    "rustaccel": our_json.Serializer,
}


@pytest.fixture(autouse=True)
def modules(settings: Any, monkeypatch: Any) -> Iterator[None]:
    # A server gives unordered tags of one book in the order of its plan.
    monkeypatch.setattr(Tag._meta, "ordering", ["pk"])
    settings.SERIALIZATION_MODULES = {"json": "django_rustaccel.serializers.json"}
    serializers._serializers.clear()
    yield
    serializers._serializers.clear()


def compare(
    benchmark: BenchmarkFixture,
    work: Callable[[str], Any],
    *,
    title: str,
    goal: float,
    rounds: int,
    outcome: Callable[[Any], Any] = hash,
) -> None:
    """Run `work` on both engines in turn; equal outcomes are asserted before anything is said."""
    times: dict[str, list[float]] = {"stock": [], "rustaccel": []}
    for _ in range(rounds):
        outcomes = []
        for engine, taken in times.items():
            gc.collect()
            began = time.process_time()
            with running(engine):
                result = work(engine)
            taken.append(time.process_time() - began)
            outcomes.append(outcome(result))
        assert outcomes[0] == outcomes[1]
    stock, ours = (statistics.median(taken) for taken in times.values())
    benchmark.pedantic(lambda: None, rounds=1)
    benchmark.extra_info.update(
        title=title,
        goal=goal,
        database=connection.vendor,
        medians={"stock": stock, "ours": ours},
        ratio=stock / ours,
        note="processor time",
    )
    print(f"\n{title} ({connection.vendor}): {stock / ours:.1f}x (goal {goal:g}x)")
    print(f"    stock {stock:.3f} s, ours {ours:.3f} s of processor time")


@pytest.mark.parametrize("indent", [None, 2])
def test_serialize(benchmark: BenchmarkFixture, indent: int | None) -> None:
    fill_shop(DUMPED)
    columns = [field.name for field in Book._meta.concrete_fields]

    def serialize(engine: str) -> str:
        books = Book.objects.order_by("pk").iterator()
        text: str = SERIALIZERS[engine]().serialize(books, fields=columns, indent=indent)
        return text

    form = "" if indent is None else ", with an indent"
    title = f"serializing {DUMPED:,} books of 15 columns{form}"
    compare(benchmark, serialize, title=title, goal=8, rounds=1)


def test_dumpdata(benchmark: BenchmarkFixture) -> None:
    fill_shop(LOADED)

    def dump(engine: str) -> str:
        out = io.StringIO()
        call_command("dumpdata", "bookshop", stdout=out)
        return out.getvalue()

    compare(benchmark, dump, title=f"`dumpdata` of {LOADED:,} books with tags", goal=8, rounds=3)


@pytest.mark.parametrize("has_tags", [True, False], ids=["tags", "no tags"])
def test_loaddata(benchmark: BenchmarkFixture, tmp_path: Path, has_tags: bool) -> None:
    fill_shop(LOADED)
    fixture = tmp_path / "books.json"
    columns = None if has_tags else [field.name for field in Book._meta.concrete_fields]
    with fixture.open("w") as stream:
        books = Book.objects.order_by("pk")
        our_json.Serializer().serialize(books, stream=stream, fields=columns)
    empty()

    def load(engine: str) -> None:
        call_command("loaddata", str(fixture), verbosity=0)

    def loaded(nothing: None) -> Any:
        rows = [list(model.objects.order_by("pk").values_list()) for model in tables()]
        empty()
        return [[row[1:] for row in rows[0]], rows[1]]  # A sequence goes on.

    what = "with three tags each" if has_tags else "without tags"
    title = f"`loaddata` of {LOADED:,} books {what}"
    compare(benchmark, load, title=title, goal=4, rounds=3, outcome=loaded)


def tables() -> list[Any]:
    return [Book.tags.through, Book]


def empty() -> None:
    for model in tables():
        model.objects.all()._raw_delete("default")
