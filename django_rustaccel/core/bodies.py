"""JSON documents whose objects are made when somebody looks at them.

An object that is not inside another is read as an :class:`UnreadRow`. At the first look of any kind
it becomes what :func:`json.loads` makes of its text, and its class becomes ``dict``. Until then a
serializer can validate the text itself. Each unread row keeps the whole body in memory.

Code in C that reads the memory of a dict instead of asking it finds one entry that no encoder
accepts, so that it fails loudly rather than take an unread row for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django_rustaccel._rust import Unread, load_messages, loads_lazily, look

__all__ = ["UnreadRow", "loads", "loads_many"]

# Encoders name the type of what they refuse: its name says what to do.
Unread.__name__ = "unread JSON: use dict(row) or RUSTACCEL['LAZY_DATA'] = False"


class UnreadRow(dict):  # type: ignore[type-arg]
    """An object of a JSON document that nobody has looked at."""

    __slots__ = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A plain ``dict``, for code that makes another of the same class."""
        return dict(*args, **kwargs)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle and copy as a plain ``dict``."""
        return dict, (self.copy(),)


# Messages name the class of a value, DRF's own among them.
UnreadRow.__name__ = UnreadRow.__qualname__ = "dict"


def loads(text: bytes, otherwise: object) -> Any:
    """``json.loads(text.decode())`` with unread rows for its objects.

    ``otherwise`` for all that is no plain valid JSON in UTF-8, on which stock decides.
    """
    return loads_lazily(text, otherwise, UnreadRow)


def loads_many(
    messages: list[bytes], max_depth: int | None, otherwise: object, too_deep: object
) -> list[Any]:
    """:func:`loads` of each message; all are looked through at once, without the GIL if large.

    ``too_deep`` for one whose brackets are nested more than ``max_depth`` deep.
    """
    return load_messages(messages, max_depth, otherwise, too_deep, UnreadRow)


def _looking(method: Callable[..., Any]) -> Callable[..., Any]:
    def look_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(self)
        return method(self, *args, **kwargs)

    return look_first


def _comparing(method: Callable[..., Any]) -> Callable[..., Any]:
    """The other side of a comparison is read from memory too."""

    def look_at_both(self: Any, other: Any) -> Any:
        look(self)
        if type(other) is UnreadRow:
            look(other)
        return method(self, other)

    return look_at_both


#: What concerns the object and not its content, or makes a new one.
_IDENTITY = {
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__getattribute__",
    "__getstate__", "__hash__", "__init_subclass__", "__new__",
    "__reduce_ex__", "__setattr__", "__subclasshook__", "fromkeys",
}  # fmt: skip

for _name in set(dir(dict)) - _IDENTITY:
    _method = getattr(dict, _name)
    if callable(_method):
        _wrap = _comparing if _name in ("__eq__", "__ne__") else _looking
        setattr(UnreadRow, _name, wraps(_method)(_wrap(_method)))
