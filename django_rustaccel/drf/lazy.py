"""Lists that are made when somebody looks at them.

Both classes turn into the stock class at the first look: ``type(data)`` is then what it is in
DRF. Until then the renderer can write them straight to bytes. Code in C that reads the memory of
a list instead of asking it (a foreign JSON encoder) finds one entry that no encoder accepts, so
that it fails loudly rather than take an unread list for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.utils.serializer_helpers import ReturnList

from django_rustaccel.core.engine import Rows


class Unread:
    """What stands in the memory of a list that nobody has looked at."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<rows not looked at: use list(data)>"


_UNREAD = Unread()


class LazyList(list):  # type: ignore[type-arg]
    """The ``list`` of a serializer's representation, held as rows."""

    def __init__(self, rows: Rows, serializer: Any) -> None:
        super().__init__((_UNREAD,))
        self.rows = rows
        self.serializer = serializer


class LazyReturnList(ReturnList):
    """The ``ReturnList`` of ``.data`` over a :class:`LazyList`."""

    def __init__(self, held: LazyList, *, serializer: Any) -> None:
        super().__init__((_UNREAD,), serializer=serializer)
        self.held = held


def look(data: Any) -> None:
    """Fill a lazy list in place and let it be of its stock class from now on."""
    if type(data) is LazyReturnList:
        held = data.held
        content: list[Any] = list(held)
        del data.held
        data.__class__ = ReturnList
    elif type(data) is LazyList:
        content, _ = data.rows.to_list(data.serializer)
        del data.rows, data.serializer
        data.__class__ = _SeenList
    else:
        return
    list.__setitem__(data, slice(None), content)


class _SeenList(list):  # type: ignore[type-arg]
    """A list that was lazy: `list` itself has no room for the attributes it had."""


def _looking(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    def look_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        look(self)
        return getattr(type(self), name, method)(self, *args, **kwargs)

    look_first.__name__ = name
    return look_first


def _length(self: Any) -> int:
    held = getattr(self, "held", self)
    return len(held.rows) if type(held) is LazyList else list.__len__(held)


#: What concerns the object and not its content.
_IDENTITY = {
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__doc__", "__getattribute__",
    "__getstate__", "__hash__", "__init__", "__init_subclass__", "__new__", "__setattr__",
    "__subclasshook__", "__len__",
}  # fmt: skip

for _cls in (LazyList, LazyReturnList):
    for _name in {*dir(ReturnList if _cls is LazyReturnList else list), "__radd__"} - _IDENTITY:
        if callable(getattr(_cls, _name, None)):
            setattr(_cls, _name, _looking(_name))
    _cls.__len__ = _length  # type: ignore[assignment]
