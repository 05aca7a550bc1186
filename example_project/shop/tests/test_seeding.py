"""``manage.py seed``: the same shop on every machine, as often as it is called."""

from io import StringIO
from unittest import mock

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Avg, F, Model, Sum
from django.test import TestCase, override_settings
from rich.console import Console

from shop.models import Author, Book, Order, OrderLine, Publisher, Review
from shop.seeding import BATCH, seed
from shop.tests.base import FAST_HASHERS, PASSWORD

ALL: list[type[Model]] = [Author, Book, Order, OrderLine, Publisher, Review, User]


def counts() -> dict[str, int]:
    """How many rows of each kind there are."""
    return {model.__name__: model._default_manager.count() for model in ALL}


@override_settings(PASSWORD_HASHERS=FAST_HASHERS)
class SeedingTests(TestCase):
    def seed(self, count: int) -> list[int]:
        return list(seed(count, PASSWORD))

    def test_again_changes_nothing(self) -> None:
        assert self.seed(30) == [0, 30]
        there = counts()
        assert self.seed(30) == [30]
        assert counts() == there

    def test_what_belongs_together_fits(self) -> None:
        self.seed(40)
        for order in Order.objects.annotate(sum=Sum(F("lines__price") * F("lines__quantity"))):
            assert order.total == order.sum
        for book in Book.objects.annotate(mean=Avg("reviews__stars")):
            # MariaDB's mean of whole numbers has four digits.
            assert round(book.rating or 0, 3) == round(book.mean or 0, 3)
        assert Order.objects.filter(lines=None).count() == 0
        assert Book.tags.through.objects.count() == 3 * 40

    def test_an_interruption_loses_nothing(self) -> None:
        part = seed(2 * BATCH, PASSWORD)
        assert [next(part), next(part)] == [0, BATCH]
        part.close()
        assert self.seed(2 * BATCH) == [BATCH, 2 * BATCH]

    def test_more_books_leave_those_there_alone(self) -> None:
        self.seed(10)
        mine = Book.objects.order_by("pk")[0]
        Book.objects.filter(pk=mine.pk).update(title="Mine now")
        Review.objects.all().delete()
        Book.objects.filter(lines=None).order_by("pk")[0].delete()
        assert self.seed(20)[-1] == 20
        assert Book.objects.get(pk=mine.pk).title == "Mine now"
        assert Book.objects.count() == 20

    def test_the_same_on_every_machine(self) -> None:
        self.seed(3)
        book = Book.objects.get(uuid="e23f7dbd-d4c9-5a5a-a21f-fa74ff098e9c")
        made = (book.title, str(book.price), book.author.name)
        assert made == ("The Blue Garden", "65.23", "Gabriela Ngũgĩ")


class CommandTests(TestCase):
    def call(self, *arguments: str) -> str:
        out = StringIO()
        console = Console(file=out, width=100)
        with mock.patch("shop.management.commands.seed.Console", return_value=console):
            call_command("seed", *arguments)
        return out.getvalue()

    def test_it_says_what_it_does(self) -> None:
        assert "Making books" in self.call("--books", "5")
        assert "5 books are there" in self.call("--books=5")
        assert User.objects.get(username="keeper").check_password("open sesame")

    def test_a_wrong_number(self) -> None:
        for wrong in ("-1", "many"):
            with self.assertRaises(CommandError):  # noqa: PT027 - no pytest here
                self.call(f"--books={wrong}")
