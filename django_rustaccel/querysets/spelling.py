"""What stands for stock fields in a selection: values as ``DjangoJSONEncoder`` spells them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models.manager import BaseManager

from django_rustaccel.core.description import Entry, Node

_encoder = DjangoJSONEncoder()

#: Types that JSON has a form for, and those that are walked into.
_PLAIN = (str, int, float, dict, list, tuple, type(None))


class _Value:
    """A column: asked where native code is not sure how its value is spelled."""

    def __init__(self, attrs: tuple[str, ...]) -> None:
        self.attrs = attrs

    def get_attribute(self, instance: Any) -> Any:
        """Follow the attributes; ``None`` where a relation leads nowhere."""
        value = instance
        for name in self.attrs:
            try:
                value = getattr(value, name)
            except ObjectDoesNotExist:
                return None
            if value is None:
                return None
        return value.all() if isinstance(value, BaseManager) else value

    def to_representation(self, value: Any) -> Any:
        return value if isinstance(value, _PLAIN) else _encoder.default(value)


class Selected(_Value):
    """An object: its values by name."""

    def __init__(self, entries: Iterable[Entry], attrs: tuple[str, ...] = ()) -> None:
        super().__init__(attrs)
        self.fields = {entry.name: _field_of(entry.node, entry.attrs) for entry in entries}

    def to_representation(self, value: Any) -> dict[str, Any]:
        found = ((name, field, field.get_attribute(value)) for name, field in self.fields.items())
        return {
            name: None if each is None else field.to_representation(each)
            for name, field, each in found
        }


class _Many(_Value):
    """The objects of a relation."""

    def __init__(self, node: Node, attrs: tuple[str, ...]) -> None:
        super().__init__(attrs)
        self.child = Selected(node.entries)

    def to_representation(self, value: Any) -> list[Any]:
        return [self.child.to_representation(each) for each in value]


class _Keys(_Value):
    """The keys of the objects of a relation."""

    def __init__(self, attrs: tuple[str, ...]) -> None:
        super().__init__(attrs)
        self.child_relation = _Value(("pk",))

    def to_representation(self, value: Any) -> list[Any]:
        return [self.child_relation.to_representation(each.pk) for each in value]


def _field_of(node: Node, attrs: tuple[str, ...]) -> _Value:
    match node.kind:
        case "nested":
            return Selected(node.entries, attrs)
        case "many":
            return _Many(node, attrs)
        case "many_related":
            return _Keys(attrs)
    return _Value(attrs)


class _Skip(Exception):  # noqa: N818
    """Nothing is ever left out of a selection."""


class _KeyOnly:
    """Keys are never wrapped in a selection."""


def _zone() -> tzinfo | None:
    return UTC if settings.USE_TZ else None


def _never(*args: Any) -> None:
    """A selection has no hyperlinks, and files are their names in it."""


#: The names that native code asks for; see the one of Django REST framework in ``drf/reading.py``.
FRAMEWORK = {
    "missing": ObjectDoesNotExist,
    "skip": _Skip,
    "key_only": _KeyOnly,
    "manager": BaseManager,
    "current_zone": _zone,
    "hyperlink": _never,
    "url_template": _never,
    "file_classes": (),
    "file_field": _never,
    "url_prefix": _never,
}
