"""Items of a page that was read as rows before its serializer was there."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from django_rustaccel.querysets import replay


class RowPage:
    """Rows that were read for one plan, and the queryset that gives their instances."""

    def __init__(self, plan: Any, read: Any, window: QuerySet[Any]) -> None:
        self.plan = plan
        self.read = read
        self.window = window

    @cached_property
    def instances(self) -> list[Any]:
        """The instances, for whoever asks an item for more than its position."""
        return replay.instances_of(self.window, self.read)

    def selected(self, items: list[RowItem]) -> Any:
        """The table of some of the rows, in the order of the items."""
        rows, shape, children = self.read.table
        return (rows.take([item.index for item in items]), shape, children)


class RowItem:
    """Stands for the instance of one row; has the attribute that the page is ordered by."""

    def __init__(self, page: RowPage, index: int, position: dict[str, Any]) -> None:
        self.page = page
        self.index = index
        self.__dict__.update(position)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page.instances[self.index], name)


def page_of(data: Any, plan: Any) -> RowPage | None:
    """The page that all of some items come from, if it was read for this plan."""
    if type(data) is not list or not data or type(data[0]) is not RowItem:
        return None
    page: RowPage = data[0].page
    whole = all(type(item) is RowItem and item.page is page for item in data)
    return page if whole and page.plan is plan else None


def instances_of(data: Any) -> Any:
    """``data`` with instances in the place of items."""
    if type(data) is list and data and type(data[0]) is RowItem:
        return [item.page.instances[item.index] for item in data]
    return data
