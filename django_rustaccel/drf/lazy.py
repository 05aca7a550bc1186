"""Lists that are made when somebody looks at them.

At the first look a lazy list is filled in place and turns into its stock class: from then on
``type(data)`` is what it is in DRF. Until then the renderer can write it straight to bytes, and a
serializer can read it as rows. Code in C that reads the memory of a list instead of asking it (a
foreign JSON encoder) finds one entry that no encoder accepts, so that it fails loudly rather than
take an unread list for an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework.utils.serializer_helpers import ReturnList

from django_rustaccel.core import statistics
from django_rustaccel.core.engine import Recording, Rows
from django_rustaccel.drf.plans import Plan
from django_rustaccel.querysets.replay import instances_of
from django_rustaccel.querysets.rows import Read

#: What stands in the memory of a list that nobody has looked at. Encoders name the type of what
#: they refuse: its name says what to do.
_UNREAD = (type("unread rows: use list(data) or RUSTACCEL['LAZY_DATA'] = False", (), {})(),)


class SeenList(list):  # type: ignore[type-arg]
    """A list that was lazy: a plain ``list`` has no room for the attributes it had."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a plain ``list``."""
        return (list, (list(self),))


class LazyList(list):  # type: ignore[type-arg]
    """The representation of a list, held as rows or as what was read of instances."""

    seen_class = SeenList

    def __init__(self, rows: Rows | Recording, serializer: Any, plan: Plan) -> None:
        super().__init__(_UNREAD)
        self.rows = rows
        self.serializer = serializer
        self.plan = plan

    @property
    def _rustaccel_rows(self) -> tuple[Rows | Recording, Any]:
        """What the native JSON writer asks a list for."""
        return self.rows, self.serializer

    def _content(self) -> list[Any]:
        content: list[Any]
        content, fallen = self.rows.to_list(self.serializer)
        for reason in self.plan.left_to_stock(fallen):
            statistics.fell_back(reason)
        del self.rows, self.serializer, self.plan
        return content

    def _length(self) -> int:
        return len(self.rows)


class LazyReturnList(ReturnList):  # type: ignore[type-arg]
    """The ``ReturnList`` of ``.data`` over a :class:`LazyList`."""

    seen_class = ReturnList

    def __init__(self, held: LazyList, *, serializer: Any) -> None:
        super().__init__(_UNREAD, serializer=serializer)
        self.held = held

    @property
    def _rustaccel_rows(self) -> tuple[Rows | Recording, Any]:
        """What the native JSON writer asks a list for."""
        if type(self.held) is not LazyList:
            raise AttributeError
        return self.held._rustaccel_rows

    def _content(self) -> list[Any]:
        content = list(self.held)
        del self.held
        return content

    def _length(self) -> int:
        return len(self.held)


class LazyPage(list):  # type: ignore[type-arg]
    """A page of instances, held as the queryset that gives them."""

    seen_class = SeenList

    def __init__(self, queryset: QuerySet[Any]) -> None:
        super().__init__(_UNREAD)
        self.queryset = queryset

    def _content(self) -> list[Any]:
        content = list(self.queryset)
        del self.queryset
        return content

    def _length(self) -> int:
        return len(self.queryset)


class LazyResults(list):  # type: ignore[type-arg]
    """The result cache of a queryset that was read as rows."""

    seen_class = SeenList

    def __init__(self, queryset: QuerySet[Any], read: Read) -> None:
        super().__init__(_UNREAD)
        self.queryset = queryset._chain()  # type: ignore[attr-defined]
        self.read = read

    def _content(self) -> list[Any]:
        content = instances_of(self.queryset, self.read)
        del self.queryset, self.read
        return content

    def _length(self) -> int:
        return len(self.read.table[0])


def _look(data: Any) -> None:
    """Fill a lazy list and let it be of its stock class from now on."""
    content = data._content()
    data.__class__ = data.seen_class
    list.__setitem__(data, slice(None), content)


#: Containers around a lazy list that are looked into: an envelope, and one in another.
_ENVELOPES = 3


def look_within(data: Any, depth: int = _ENVELOPES) -> None:
    """Fill the lazy lists in a value that goes to code that may read their memory."""
    if type(data) in _LAZY:
        _look(data)
    elif depth and isinstance(data, dict):
        for value in data.values():
            look_within(value, depth - 1)


def _looking(name: str) -> Callable[..., Any]:
    def look_first(self: Any, *args: Any, **kwargs: Any) -> Any:
        # The other side of `==` or `+` is read from memory too.
        for data in (self, *args):
            if type(data) in _LAZY:
                _look(data)
        method = getattr(self, name, None)
        return NotImplemented if method is None else method(*args, **kwargs)

    look_first.__name__ = name
    return look_first


def _length(self: Any) -> int:
    return self._length()  # type: ignore[no-any-return]


#: What concerns the object and not its content.
_IDENTITY = {
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__doc__", "__getattribute__",
    "__getstate__", "__hash__", "__init__", "__init_subclass__", "__new__", "__setattr__",
    "__subclasshook__",
}  # fmt: skip


def _make_lazy(cls: Any) -> None:
    for name in {*dir(cls.seen_class), "__radd__"} - _IDENTITY:
        if name == "__radd__" or callable(getattr(cls, name, None)):
            setattr(cls, name, _looking(name))
    cls.__len__ = _length


_LAZY = (LazyList, LazyReturnList, LazyPage, LazyResults)
for _cls in _LAZY:
    _make_lazy(_cls)
