"""`dumpdata` with our modules in place of Django's."""

import io
import threading
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet

import django_rustaccel
from bookshop.models import Book, Publisher
from django_rustaccel.serializers import sources
from serializers.both import dumped, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_place")]


@pytest.fixture
def filled() -> None:
    fill()


def assert_dumped_alike(*labels: str, **options: Any) -> str:
    with django_rustaccel.disabled():
        expected = dumped(*labels, **options)
    before = django_rustaccel.stats()["read"]["rows"]
    assert dumped(*labels, **options) == expected
    assert django_rustaccel.stats()["read"]["rows"] > before
    return expected


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"indent": 2},
        {"use_natural_foreign_keys": True},
        {"use_natural_primary_keys": True},
        {"use_natural_foreign_keys": True, "use_natural_primary_keys": True, "indent": 1},
        {"use_base_manager": True},
        {"exclude": ["bookshop.Book", "contenttypes"]},
    ],
    ids=repr,
)
@pytest.mark.filterwarnings("ignore:.*proxy model")
def test_everything(filled: None, form: str, options: Any) -> None:
    assert_dumped_alike(format=form, **options)


def test_chosen_models(filled: None) -> None:
    keys = ",".join(str(book.pk) for book in Book.objects.all()[:3])
    assert assert_dumped_alike("bookshop.Book", primary_keys=keys).count('"model"') == 3
    assert_dumped_alike("bookshop.OrderedReview")
    assert_dumped_alike("bookshop.OrderedReview", use_base_manager=True)
    assert_dumped_alike("bookshop.Book", "bookshop.Tag")


def test_files(filled: None, tmp_path: Any) -> None:
    for name in ("a.json", "a.json.gz"):
        target = tmp_path / name
        call_command("dumpdata", "bookshop.Book", output=str(target), verbosity=0)
        plain = __import__("gzip").open(target, "rt") if name.endswith("gz") else target.open()
        with plain, django_rustaccel.disabled():
            assert plain.read() == dumped("bookshop.Book")


def test_progress_bar(filled: None, tmp_path: Any) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    outputs = []
    for run in (django_rustaccel.disabled()(call_command), call_command):
        out = Terminal()
        run("dumpdata", "bookshop.Book", output=str(tmp_path / "a.json"), stdout=out)
        outputs.append(out.getvalue())
    assert outputs[0] == outputs[1]
    assert "[...." in outputs[0]


def test_errors(filled: None, monkeypatch: Any) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise ValueError("refused")

    monkeypatch.setattr(QuerySet, "order_by", refuse)
    with pytest.raises(CommandError, match="Unable to serialize database: refused"):
        dumped("bookshop.Book")


def test_iterator_is_what_it_was(filled: None) -> None:
    stock = QuerySet.iterator
    dumped("bookshop.Book")
    assert QuerySet.iterator is stock


def test_only_the_asking_code_gets_querysets(filled: None) -> None:
    seen: list[Any] = []

    def instances() -> Any:
        yield from Publisher.objects.order_by("pk").iterator()

    with sources._handing_over((lambda: None).__code__):
        seen += instances()
        other = threading.Thread(target=lambda: seen.append(Publisher.objects.iterator()))
        other.start()
        other.join()
    assert {type(each) for each in seen[:-1]} == {Publisher}
    assert not isinstance(seen[-1], sources.Unread)


def test_a_queryset_with_an_iterator_of_its_own(filled: None, monkeypatch: Any) -> None:
    class Own(QuerySet):
        def iterator(self, *args: Any, **kwargs: Any) -> Any:
            return (book for book in super().iterator(*args, **kwargs) if book.pk % 2)

    monkeypatch.setattr(Book.objects, "_queryset_class", Own)
    with django_rustaccel.disabled():
        expected = dumped("bookshop.Book")
    assert dumped("bookshop.Book") == expected
    assert 0 < expected.count('"model"') < Book.objects.count()
