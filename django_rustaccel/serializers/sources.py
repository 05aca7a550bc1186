"""The querysets behind what a serializer is given: read as rows, they need no instances.

``dumpdata`` hands over a generator of instances, and so does ``queryset.iterator()``. Neither has
asked the database before its first instance is asked for, and until then it can be said which
querysets it stands for.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import CodeType, GeneratorType
from typing import Any, NamedTuple

from django.db.models import QuerySet

_queryset: Any = QuerySet

#: Where ``dumpdata`` is, if somebody has called it.
_DUMPDATA = "django.core.management.commands.dumpdata"

_END = object()


class Unread(NamedTuple):
    """A queryset that nobody has read, and how stock reads it."""

    queryset: QuerySet[Any]
    #: The instances as stock would get them.
    instances: Any
    #: Whether the queryset keeps what is read of it.
    keeps: bool


def parts_of(source: Any) -> Iterator[Unread | Any]:
    """The unread querysets and the single instances that a source consists of, in its order."""
    if isinstance(source, QuerySet):
        is_unread = source._result_cache is None
        yield from [Unread(source, source, keeps=True)] if is_unread else source
    elif _is_unstarted(source, _queryset._iterator.__code__):
        queryset = inspect.getgeneratorlocals(source)["self"]
        yield Unread(queryset, source, keeps=False)
    elif _is_unstarted(source, _code_of_dumpdata()):
        yield from _collated(source)
    else:
        yield from source


def _is_unstarted(source: Any, code: CodeType | None) -> bool:
    return (
        type(source) is GeneratorType
        and source.gi_code is code
        and inspect.getgeneratorstate(source) == inspect.GEN_CREATED
    )


def _code_of_dumpdata() -> CodeType | None:
    """The generator function inside of ``dumpdata`` that reads one model after the other."""
    module = sys.modules.get(_DUMPDATA)
    if module is None:
        return None
    constants = module.Command.handle.__code__.co_consts
    names = {each.co_name: each for each in constants if isinstance(each, CodeType)}
    return names.get("get_objects")


def _collated(source: GeneratorType[Any, None, None]) -> Iterator[Any]:
    """What ``dumpdata`` collates, with querysets in the place of their instances."""
    while True:
        with _handing_over(source.gi_code):
            part = next(source, _END)
        if part is _END:
            return
        yield part


#: The code whose call of ``QuerySet.iterator`` is answered with the queryset.
_asking: ContextVar[CodeType | None] = ContextVar("rustaccel_asking", default=None)
_lock = threading.Lock()
_users = 0
_stock_iterator: Any = None


def _iterator(self: Any, *args: Any, **kwargs: Any) -> Any:
    """``QuerySet.iterator``, or the queryset itself for the one caller that is read here."""
    code = _asking.get()
    instances = _stock_iterator(self, *args, **kwargs)
    if code is not None and sys._getframe(1).f_code is code:
        return iter([Unread(self, instances, keeps=False)])
    return instances


@contextmanager
def _handing_over(code: CodeType) -> Iterator[None]:
    """Let ``code``, in this context, get querysets where it asks for their instances.

    The method is replaced only meanwhile, and for everybody else it is what it was.
    """
    global _users, _stock_iterator
    with _lock:
        if _users == 0:
            _stock_iterator, _queryset.iterator = _queryset.iterator, _iterator
        _users += 1
    token = _asking.set(code)
    try:
        yield
    finally:
        _asking.reset(token)
        with _lock:
            _users -= 1
            if _users == 0:
                _queryset.iterator = _stock_iterator
