"""What mirrors a stock class natively: chosen by the function that does a step of its work.

A subclass that inherits the function is served by the same mirror; one that overrides it, or
something it relies on, is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django_rustaccel.core.origin import belongs_to, describe_override, overridden

Options = dict[str, Any]


@dataclass(frozen=True)
class Unsupported:
    """Why an option is left to the stock field."""

    reason: str


@dataclass(frozen=True)
class Mirror:
    """A stock field class, what mirrors it and the attributes its method relies on."""

    stock: Any
    name: str
    options: Callable[[Any], Options | Unsupported]
    relies_on: tuple[str, ...] = ()

    def of(self, field: Any, *methods: str) -> tuple[str, Options] | Unsupported:
        """The name and options for a field, with `methods` of DRF, or why it has none."""
        for name in (*methods, *self.relies_on):
            if overridden(field, name, self.stock):
                return Unsupported(describe_override(field, name))
        options = self.options(field)
        return options if isinstance(options, Unsupported) else (self.name, options)


def by_method(mirrors: Iterable[Mirror], name: str) -> dict[Any, Mirror]:
    """Mirrors by the method of this name, as far as it is DRF's own."""
    methods = ((getattr(mirror.stock, name), mirror) for mirror in mirrors)
    return {method: mirror for method, mirror in methods if belongs_to(method, "rest_framework")}


def no_options(field: Any) -> Options:
    """For classes whose constructors change nothing of what the native step does."""
    return {}
