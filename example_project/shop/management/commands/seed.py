"""``manage.py seed``: books, reviews, customers and orders to try the shop with."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console

from shop.management.progress import seed_with_bar
from shop.seeding.customers import CUSTOMERS, STAFF

BOOKS = 10_000
PASSWORD = "open sesame"  # noqa: S105 - for demonstrations


def add_seed_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``seed`` and ``demo`` take alike."""
    parser.add_argument("--books", type=_count, default=BOOKS, help=f"how many ({BOOKS:,})")
    parser.add_argument("--password", default=PASSWORD, help="of new users (%(default)s)")


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a number of books is 0 or more")
    return number


class Command(BaseCommand):
    help = "Have books, reviews, customers and orders; what is there already stays."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_seed_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console()
        seed_with_bar(options["books"], options["password"], console)
        console.print(f"Customers are reader-1 to reader-{CUSTOMERS}, the staff is {STAFF}.")
