"""Shapes: where each field of a serializer is in the rows of a statement."""

from __future__ import annotations

from typing import Any

from django_rustaccel.core.engine import Shape
from django_rustaccel.querysets.cells import form_of
from django_rustaccel.querysets.columns import Cell, Joined, Linked, Needs, Place
from django_rustaccel.querysets.made import form_of_made
from django_rustaccel.querysets.postgres import Texts
from django_rustaccel.querysets.stand_ins import RelatedObjects
from django_rustaccel.querysets.statements import Statement


def shape_of(needs: Needs, statement: Statement, using: str, texts: Texts) -> Shape:
    """The shape of the rows of a statement, made once for all that arrive alike."""
    shape = statement.shapes.get(texts)
    if shape is None:
        shape = statement.shapes[texts] = _Shaping(needs, statement, using, texts).shape()
    return shape


class _Shaping:
    """One statement on its way to a shape."""

    def __init__(self, needs: Needs, statement: Statement, using: str, texts: Texts) -> None:
        self.needs = needs
        self.statement = statement
        self.using = using
        self.texts = dict(texts)

    def shape(self) -> Shape:
        item = self.needs.item
        if isinstance(item, Cell):
            return Shape("value", self.cell(item))
        if isinstance(item, Linked):
            return Shape("link", self.linked(item))
        return Shape("object", [self.place(place) for place in item])

    def place(self, place: Place) -> tuple[str, Any]:
        index = self.statement.index
        if isinstance(place, Cell) and place.unless_missing is not None:
            return ("optional", (index(Cell(place.unless_missing, "pk")), self.cell(place)))
        if isinstance(place, Cell):
            return ("cell", self.cell(place))
        if isinstance(place, Linked):
            return ("link", self.linked(place))
        if isinstance(place, Joined):
            inner = [self.place(inner) for inner in place.places]
            return ("joined", (index(Cell(place.route, "pk")), inner))
        return ("many", (index(place.key), self.needs.many.index(place)))

    def linked(self, linked: Linked) -> tuple[Any, ...]:
        if linked.pk is None or linked.model is None:
            return (self.cell(linked.lookup), None)
        objects = RelatedObjects(linked.model, self.using, linked.lookup.name)
        return (self.cell(linked.lookup), (self.cell(linked.pk), objects))

    def cell(self, cell: Cell) -> tuple[Any, ...]:
        index = self.statement.index(cell)
        form = form_of(self.statement.select[index], self.using, self.texts.get(index))
        if cell.made is not None:
            form = form_of_made(form, cell.made)
        return (index, *form)
