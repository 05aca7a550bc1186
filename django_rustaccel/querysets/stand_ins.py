"""Objects that rows have told of, but that nobody has loaded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from django.utils.functional import SimpleLazyObject


class StandIn(SimpleLazyObject):  # type: ignore[type-arg]
    """An instance that is loaded when something other than its keys is asked of it."""

    def __init__(self, others: StandIns, keys: dict[str, Any]) -> None:
        super().__init__(lambda: others.load(keys["pk"]))
        self.__dict__.update(keys)


class StandIns:
    """Stand-ins that come together are loaded together, by one query."""

    def __init__(self, model: type[Model], using: str, lookup: str) -> None:
        self.model = model
        self.using = using
        self.lookup = lookup
        self.pks: list[Any] = []
        self.loaded: dict[Any, Any] = {}

    def __call__(self, pk: Any, lookup: Any) -> StandIn:
        """Make the stand-in for an object of these keys."""
        self.pks.append(pk)
        return StandIn(self, {"pk": pk, self.lookup: lookup})

    def load(self, pk: Any) -> Any:
        """Give the instance itself; raises its ``DoesNotExist`` if it was deleted meanwhile."""
        if pk not in self.loaded:
            manager = self.model._base_manager.using(self.using)
            self.loaded = manager.in_bulk(self.pks)
        if pk not in self.loaded:
            missing: Any = self.model
            raise missing.DoesNotExist(f"{self.model.__name__} {pk!r} was deleted")
        return self.loaded[pk]


class RelatedObjects:
    """Objects that a place in a row stands for."""

    def __init__(self, model: type[Model], using: str, lookup: str) -> None:
        self.model = model
        self.using = using
        self.lookup = lookup

    def known(self, pk: Any, lookup: Any) -> SimpleNamespace:
        """Give all that a URL may be made of."""
        return SimpleNamespace(**{"pk": pk, self.lookup: lookup})

    def begin(self) -> StandIns:
        """Begin the stand-ins of one list."""
        return StandIns(self.model, self.using, self.lookup)
