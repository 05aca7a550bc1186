"""Whether native code may run here: a switch local to the thread or task."""

from __future__ import annotations

from contextlib import ContextDecorator
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

#: How a request asks for stock behaviour where the server allows it, and how the response says
#: which it was.
HEADER, OFF, ON = "X-Rustaccel", "off", "on"

_off: ContextVar[bool] = ContextVar("django_rustaccel_off", default=False)

is_disabled: Callable[[], bool] = _off.get


class disabled(ContextDecorator):  # noqa: N801 - used as a keyword: `with disabled():`, `@disabled()`
    """Stock behaviour inside a ``with`` block or a decorated function, plain or async.

    The switch belongs to the current context (:mod:`contextvars`): other threads and other
    asyncio tasks are not affected.
    """

    def __init__(self) -> None:
        self._tokens: list[Token[bool]] = []

    def __enter__(self) -> disabled:
        self._tokens.append(_off.set(True))
        return self

    def __exit__(self, *exc_info: object) -> None:
        _off.reset(self._tokens.pop())

    def __call__(self, func: Callable[..., Any]) -> Any:
        """Decorate a function or a coroutine function."""
        import inspect
        from functools import wraps

        if not inspect.iscoroutinefunction(func):
            return super().__call__(func)

        @wraps(func)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with disabled():
                return await _awaited(func(*args, **kwargs))

        return wrapper

    def _recreate_cm(self) -> disabled:
        return disabled()


async def _awaited(awaitable: Awaitable[Any]) -> Any:
    return await awaitable
