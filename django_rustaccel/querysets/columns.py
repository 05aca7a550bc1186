"""Which cells a plan needs from a model.

Made once per plan and model; nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from typing import Any, Protocol

from django.db.models import Model
from django.db.models.fields.related_descriptors import (
    ForeignKeyDeferredAttribute,
    ReverseOneToOneDescriptor,
)
from django.db.models.query_utils import DeferredAttribute

from django_rustaccel.querysets.certainty import is_certain
from django_rustaccel.querysets.made import Made, display_of, file_of, stand_in_of
from django_rustaccel.querysets.obstacles import (
    Obstacle,
    UnreadableError,
    check_from_db_value,
    check_model,
    no_column,
    static_attribute,
)
from django_rustaccel.querysets.relations import concrete_field, many_target, related_model

#: From the model that is read to where a cell is, by names of relations.
Route = tuple[str, ...]


class Entry(Protocol):
    """What is read here of a described field."""

    name: str
    attrs: tuple[str, ...]
    source: str
    node: Any
    needs_instance: str
    missing: str


@dataclass(frozen=True)
class Cell:
    """A column at the end of a route, or, without a field, an annotation of the queryset."""

    route: Route
    name: str
    field: Any = None
    #: The field is left out of rows that have no object here.
    unless_missing: Route | None = None
    #: What an instance makes of the column, where that is asked for instead of it.
    made: Made | None = None


@dataclass(frozen=True)
class Linked:
    """An object that a URL leads to: what stands in the URL, and the key of the object itself."""

    lookup: Cell
    #: Without it the URL is that of a key, whatever it belongs to.
    pk: Cell | None = None
    model: type[Model] | None = None


@dataclass(frozen=True)
class Joined:
    """A nested serializer over an object that a join brings along, or over the row itself."""

    route: Route
    places: list[Place]


@dataclass(frozen=True)
class Many:
    """The objects of a relation to many, read by one more query."""

    #: The object that has the relation, and its column that the related rows refer to.
    key: Cell
    owner: type[Model]
    #: Name of the manager on the owner, and the name that a `Prefetch` gives its result.
    accessor: str
    attr: str
    needs: Needs


Place = Cell | Linked | Joined | Many


@dataclass
class Needs:
    """Everything a plan needs from the rows of one model."""

    model: type[Model]
    #: The fields of a serializer, or the one value that stands for each object.
    item: list[Place] | Cell | Linked = dataclass_field(default_factory=list)
    joins: set[Route] = dataclass_field(default_factory=set)
    many: list[Many] = dataclass_field(default_factory=list)
    #: Values that are no columns of the model, so that only the queryset can give them.
    annotations: list[str] = dataclass_field(default_factory=list)
    #: Every model that instances would be made of.
    models: set[type[Model]] = dataclass_field(default_factory=set)
    #: Whether no valid cell can make a kind ask its stock field, which may run user code or raise.
    certain: bool = True
    #: Whether no column but the primary key is read, where stock reads no other either.
    key_only: bool = False
    #: Statements that were compiled for these needs, by what their SQL depends on.
    statements: dict[Any, Any] = dataclass_field(default_factory=dict)
    #: Where these are the needs of a relation: how its own manager reads it, by database
    #: and by whether stock would prefetch it.
    related: dict[tuple[str, bool], Any] = dataclass_field(default_factory=dict)

    @property
    def can_wait(self) -> bool:
        """Whether nothing but time separates rows from what they become."""
        return self.certain and all(many.needs.can_wait for many in self.many)

    def check_models(self) -> None:
        """Raise ``UnreadableError`` if instances of a model differ from their columns by now."""
        for model in self.all_models():
            check_model(model)

    def all_models(self) -> Iterator[type[Model]]:
        """The models of this and of all relations below."""
        yield from self.models
        for many in self.many:
            yield from many.needs.all_models()


def needs_of(
    entries: Iterable[Entry], model: type[Model], prefetched: Mapping[str, str] | None = None
) -> Needs:
    """What the entries of a serializer need from rows of ``model``.

    ``prefetched`` maps the ``to_attr`` of each ``Prefetch`` of the queryset to its relation.

    Raises:
        UnreadableError: when a value is no column, or an instance may differ from its columns.

    """
    needs, obstacles = survey(entries, model, prefetched or {})
    if obstacles:
        raise UnreadableError(*obstacles)
    return needs


def survey(
    entries: Iterable[Entry], model: type[Model], prefetched: Mapping[str, str]
) -> tuple[Needs, list[Obstacle]]:
    """The needs as far as rows can serve them, and everything that is in the way."""
    walk = _Survey(Needs(model, models={model}), prefetched)
    try:
        walk.needs.item = walk.places(entries, model, ())
    except UnreadableError as error:
        return walk.needs, error.obstacles
    return walk.needs, []


class _Survey:
    """One walk over the entries of a serializer and those nested in it."""

    def __init__(self, needs: Needs, prefetched: Mapping[str, str]) -> None:
        self.needs = needs
        self.prefetched = prefetched

    def places(self, entries: Iterable[Entry], model: type[Model], route: Route) -> list[Place]:
        """Where each value is; raises with all that have no place."""
        places: list[Place] = []
        obstacles: list[Obstacle] = []
        for entry in entries:
            try:
                places.append(self.place(entry, model, route))
            except UnreadableError as error:
                obstacles += error.at(entry.name)
        if obstacles:
            raise UnreadableError(*obstacles)
        return places

    def place(self, entry: Entry, model: type[Model], route: Route) -> Place:
        if entry.needs_instance:
            raise UnreadableError(entry.needs_instance)
        kind = entry.node.kind
        if "column" in entry.node.options:
            return self.stand_in(entry, model, route)
        if kind in ("many", "many_related"):
            return self.many(entry, model, route)
        if kind == "nested":
            return self.joined(entry, model, route)
        if kind == "link":
            return self.linked(entry, model, route)
        return self.cell(entry, model, route)

    def stand_in(self, entry: Entry, model: type[Model], route: Route) -> Cell:
        """For a field that asks the object for one column of its own model."""
        field = concrete_field(model, entry.node.options["column"])
        if field is None:
            raise UnreadableError(f"`{entry.node.field}` asks for another model's column")
        made = stand_in_of(model, field)
        return replace(self.column(entry, model, route, field.attname, is_key=True), made=made)

    def linked(self, entry: Entry, model: type[Model], route: Route) -> Linked:
        options = entry.node.options
        if _missing(entry, model, entry.attrs[:-1]) == "skip":
            raise UnreadableError("a hyperlink is left out of some objects")
        if options["key_only"]:
            *relations, last = entry.attrs
            model, route = self.walk(entry, model, route, relations)
            return Linked(self.column(entry, model, route, last, is_key=True))
        model, route = self.walk(entry, model, route, entry.attrs)
        return self.object_url(entry, model, route, options["lookup"])

    def object_url(
        self, entry: Entry, model: type[Model], route: Route, lookup: str | None
    ) -> Linked:
        """The URL of the object at the end of a route."""
        if static_attribute(model, "pk") is not static_attribute(Model, "pk"):
            raise UnreadableError(f"`{model.__name__}.pk` is not the value of one column")
        pk = self.column(entry, model, route, "pk", is_key=True)
        return Linked(self.column(entry, model, route, lookup) if lookup else pk, pk, model)

    def cell(self, entry: Entry, model: type[Model], route: Route) -> Cell:
        if not entry.attrs:
            raise UnreadableError(f"`{entry.node.field}` needs the whole object")
        *relations, last = entry.attrs
        missing = _missing(entry, model, relations)
        model, route = self.walk(entry, model, route, relations)
        unless_missing = route if missing == "skip" else None
        kind = entry.node.kind
        if kind == "slug":
            *further, slug = entry.node.options["path"]
            model, route = self.walk(entry, model, route, [last])
            if _missing(entry, model, further):
                raise UnreadableError(f"`{further[0]}` may lead nowhere, which is an error")
            model, route = self.walk(entry, model, route, further)
            cell = self.column(entry, model, route, slug)
        elif entry.source == "stock" and kind != "own_key":
            raise UnreadableError(f"`{entry.node.field}` looks at the object")
        else:
            cell = self.column(entry, model, route, last, is_key=kind == "own_key")
        return replace(cell, unless_missing=unless_missing)

    def column(
        self, entry: Entry, model: type[Model], route: Route, name: str, *, is_key: bool = False
    ) -> Cell:
        field = concrete_field(model, name)
        if field is None:
            made = display_of(model, name)
            if made is not None:
                return self.made(self.column(entry, model, route, made.field.attname), made)
            if route or hasattr(model, name):
                raise UnreadableError(no_column(model, name))
            self.needs.annotations.append(name)
            return self.add(Cell(route, name), entry.node)
        if field.is_relation and not (is_key or name == field.attname):
            raise UnreadableError(f"`{entry.node.field}` needs the related object itself")
        if entry.node.options.get("file"):
            check_from_db_value(field)
            use_url = entry.node.options.get("use_url", False)
            made = file_of(model, field, use_url=use_url)
            return self.made(Cell(route, field.attname, field), made)
        descriptor = static_attribute(model, field.attname)
        if type(descriptor) not in (DeferredAttribute, ForeignKeyDeferredAttribute):
            what = f"{type(descriptor).__module__}.{type(descriptor).__qualname__}"
            raise UnreadableError(f"`{what}` makes the value of `{field.attname}`")
        check_from_db_value(field)
        return self.add(Cell(route, field.attname, field), entry.node)

    def made(self, cell: Cell, made: Made) -> Cell:
        self.needs.certain &= made.certain
        return replace(cell, made=made)

    def add(self, cell: Cell, node: Any) -> Cell:
        self.needs.certain &= is_certain(node, cell.field)
        return cell

    def walk(
        self, entry: Entry, model: type[Model], route: Route, names: Iterable[str]
    ) -> tuple[type[Model], Route]:
        """Follow relations to one object; every step becomes a join."""
        for name in names:
            model = related_model(model, name)
            self.needs.models.add(model)
            route = (*route, name)
            self.needs.joins.add(route)
        return model, route

    def joined(self, entry: Entry, model: type[Model], route: Route) -> Joined:
        if _missing(entry, model, entry.attrs[:-1]) == "skip":
            raise UnreadableError("a nested serializer is left out of some objects")
        model, route = self.walk(entry, model, route, entry.attrs)
        return Joined(route, self.places(entry.node.entries, model, route))

    def many(self, entry: Entry, model: type[Model], route: Route) -> Many:
        *relations, attr = entry.attrs
        if _missing(entry, model, relations):
            raise UnreadableError(f"`{relations[0]}` may lead to no object that has `{attr}`")
        model, route = self.walk(entry, model, route, relations)
        accessor = attr if route else self.prefetched.get(attr, attr)
        target, key = many_target(model, accessor)
        if entry.node.kind == "many":
            needs = needs_of(entry.node.entries, target)
        else:
            needs = _value_needs(entry, target)
        if any((known.key.route, known.accessor) == (route, accessor) for known in self.needs.many):
            raise UnreadableError(f"`{accessor}` is read for two fields")
        column = Cell(route, key, concrete_field(model, key))
        many = Many(column, model, accessor, attr, needs)
        self.needs.many.append(many)
        return many


def _missing(entry: Entry, model: type[Model], names: Iterable[str]) -> str:
    """What becomes of a field where a relation on the way leads nowhere; empty if none can.

    A foreign key without an object is an ``AttributeError`` for the next step, of which the field
    makes what it can; a one-to-one relation without its other side is ``None`` for DRF.
    """
    outcomes = set()
    for name in names:
        descriptor = static_attribute(model, name)
        if isinstance(descriptor, ReverseOneToOneDescriptor):
            outcomes.add("null")
        elif getattr(getattr(descriptor, "field", None), "null", False):
            outcomes.add(entry.missing)
        model = related_model(model, name)
    if "stock" in outcomes or len(outcomes) > 1:
        raise UnreadableError("a relation in the source may lead nowhere")
    return outcomes.pop() if outcomes else ""


def _value_needs(entry: Entry, target: type[Model]) -> Needs:
    """For a `ManyRelatedField`: its child gives one value for each object."""
    survey = _Survey(Needs(target, models={target}), {})
    child = entry.node.child
    if child.kind == "key" and child.child is None:
        survey.needs.item = survey.column(entry, target, (), "pk", is_key=True)
        survey.needs.key_only = child.options.get("only", False)
    elif child.kind == "slug":
        *relations, slug = child.options["path"]
        model, route = survey.walk(entry, target, (), relations)
        survey.needs.item = survey.column(entry, model, route, slug)
    elif child.kind == "link":
        survey.needs.item = survey.object_url(entry, target, (), child.options["lookup"])
    else:
        reason = child.reason or f"`{child.field}` needs each related object itself"
        raise UnreadableError(reason)
    return survey.needs
