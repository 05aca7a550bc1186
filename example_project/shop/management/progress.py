"""Seeding with a bar that shows how far it is."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shop.seeding import seed


def seed_with_bar(books: int, password: str, console: Console) -> None:
    """Have so many books; says at once if they are there already."""
    counts = seed(books, password)
    there = next(counts)
    if there == books:
        console.print(f"{books:,} books are there from the last run.")
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("Making books", total=books, completed=there)
        for done in counts:
            progress.update(task, completed=done)
