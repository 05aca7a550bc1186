"""JSON documents whose objects are made when somebody looks at them.

A document that is an object is read as an :class:`UnreadRow`, and one that is a list of objects
as :class:`UnreadRows`. At the first look of any kind it becomes, all of it, what
:func:`json.loads` makes of its text, and its class becomes ``dict`` or ``list``. Until then a
serializer can validate the text itself.

Code in C that reads the memory of a dict or list instead of asking it finds one entry that no
encoder accepts, so that it fails loudly rather than take an unread row for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django_rustaccel._rust import Unread, length, load_messages, loads_lazily, look
from django_rustaccel._rust import loads as read_at_once

__all__ = ["Habit", "UnreadRow", "UnreadRows", "length", "loads", "loads_many"]

# Encoders name the type of what they refuse: its name says what to do.
Unread.__name__ = "unread JSON: use dict(row), list(rows) or RUSTACCEL['LAZY_DATA'] = False"


class UnreadRow(dict):  # type: ignore[type-arg]
    """An object of a JSON document that nobody has looked at."""

    __slots__ = ()

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """A plain ``dict``, for code that makes another of the same class."""
        return dict(*args, **kwargs)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle and copy as a plain ``dict``."""
        return dict, (self.copy(),)


class UnreadRows(list):  # type: ignore[type-arg]
    """A list of objects, the whole of a JSON document, that nobody has looked at."""

    __slots__ = ()

    def __new__(cls, *args: Any) -> Any:
        """A plain ``list``, for code that makes another of the same class."""
        return list(*args)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickle and copy as a plain ``list``."""
        return list, (self.copy(),)

    def __radd__(self, other: Any) -> Any:
        """``[…] + rows``, which would read the memory of these."""
        look(self)
        return other + self if isinstance(other, list) else NotImplemented


# Messages name the class of a value, DRF's own among them.
UnreadRow.__name__ = UnreadRow.__qualname__ = "dict"
UnreadRows.__name__ = UnreadRows.__qualname__ = "list"


#: Bodies that are read at once after one that somebody looked at, before the next is left unread.
AT_ONCE = 32


class Habit:
    """What becomes of the bodies of one kind: where code looks at them, most are read at once.

    Looking through a body before reading it takes a quarter of the time of reading it.
    """

    __slots__ = ("_at_once",)

    def __init__(self) -> None:
        self._at_once = 0

    def looked(self) -> None:
        """Somebody has looked at a body that was left unread."""
        self._at_once = AT_ONCE

    def loads(self, text: bytes, otherwise: object) -> Any:
        """:func:`loads`, or the same read at once."""
        if self._at_once:
            self._at_once -= 1
            return read_at_once(text, otherwise)
        return loads_lazily(text, otherwise, UnreadRow, UnreadRows, self)


def loads(text: bytes, otherwise: object) -> Any:
    """``json.loads(text.decode())``, unread where it is an object or a list of objects.

    ``otherwise`` for all that is no plain valid JSON in UTF-8, on which stock decides.
    """
    return loads_lazily(text, otherwise, UnreadRow, UnreadRows, None)


def loads_many(
    messages: list[bytes], max_depth: int | None, otherwise: object, too_deep: object
) -> list[Any]:
    """:func:`loads` of each message; all are looked through at once, without the GIL if large.

    ``too_deep`` for one whose brackets are nested more than ``max_depth`` deep.
    """
    return load_messages(messages, max_depth, otherwise, too_deep, UnreadRow, UnreadRows)


def _looking(method: Callable[..., Any]) -> Callable[..., Any]:
    def look_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(self)
        return method(self, *args, **kwargs)

    return look_first


def _looking_at_both(method: Callable[..., Any]) -> Callable[..., Any]:
    """The other side is read from memory too."""

    def look_at_both(self: Any, other: Any) -> Any:
        look(self)
        if type(other) in _UNREAD:
            look(other)
        return method(self, other)

    return look_at_both


_UNREAD = (UnreadRow, UnreadRows)
_WITH_ANOTHER = {"__add__", "__eq__", "__ge__", "__gt__", "__le__", "__lt__", "__ne__"}

#: What concerns the object and not its content, or makes a new one.
_IDENTITY = {
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__getattribute__",
    "__getstate__", "__hash__", "__init_subclass__", "__new__",
    "__reduce_ex__", "__setattr__", "__subclasshook__", "fromkeys",
}  # fmt: skip


def _make_looking(cls: Any, base: Any) -> None:
    for name in set(dir(base)) - _IDENTITY:
        method = getattr(base, name)
        if callable(method):
            wrap = _looking_at_both if name in _WITH_ANOTHER else _looking
            setattr(cls, name, wraps(method)(wrap(method)))


_make_looking(UnreadRow, dict)
_make_looking(UnreadRows, list)
