"""Where user code replaces stock code, in words a developer understands."""

from __future__ import annotations

import inspect
import os
import sys
from traceback import walk_tb
from types import FunctionType
from typing import Any


def overridden(obj: Any, name: str, stock: type) -> bool:
    """Whether ``obj`` has its own ``name``: on the instance or on a class below ``stock``."""
    if name in getattr(obj, "__dict__", ()):
        return True
    return inspect.getattr_static(type(obj), name) is not inspect.getattr_static(stock, name)


def describe_override(obj: Any, name: str) -> str:
    """``"`BookSerializer.to_representation` is overridden in shop/api.py:12"``"""
    if name in getattr(obj, "__dict__", ()):
        return f"`{name}` is replaced on the `{type(obj).__name__}` instance"
    return describe_class_override(type(obj), name)


def describe_class_override(cls: type, name: str) -> str:
    """The same for a class: its own attribute, or the one it inherits."""
    for owner in cls.__mro__:
        if name in vars(owner):
            return f"`{owner.__name__}.{name}` is overridden{location(vars(owner)[name])}"
    return f"`{cls.__name__}.{name}` is overridden"


def location(attribute: Any) -> str:
    """`` in path:line`` of a function, method, property or class, where it is known."""
    attribute = getattr(attribute, "__func__", attribute)
    for name in ("fget", "func", "__wrapped__"):
        attribute = getattr(attribute, name, None) or attribute
    code = getattr(attribute, "__code__", None)
    if code is None:
        return ""
    return f" in {shorten(code.co_filename)}:{code.co_firstlineno}"


def class_location(cls: type) -> str:
    """``path:line`` of a class statement; empty where there is none, as of classes made by calls.

    Reads the source file.
    """
    try:
        path, (_, line) = inspect.getsourcefile(cls), inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return ""
    return f"{shorten(path)}:{line}" if path else ""


def describe_error(error: BaseException) -> str:
    """``"KeyError: 'request' in shop/api.py:33"``: what was raised, and the innermost line."""
    text = f"{type(error).__name__}: {error}"
    frames = list(walk_tb(error.__traceback__))
    if len(frames) < 2:
        return text  # Raised by the very call, not by any line within.
    frame, line = frames[-1]
    return f"{text} in {shorten(frame.f_code.co_filename)}:{line}"


def belongs_to(function: Any, package: str) -> bool:
    """Whether a function was written in ``package``, and is not wrapped by another one.

    ``__module__`` would not tell: :func:`functools.wraps` copies it.
    """
    if type(function) is not FunctionType:
        return False
    module: str = function.__globals__.get("__name__", "")
    return module == package or module.startswith(f"{package}.")


def shorten(path: str) -> str:
    """A path relative to the working directory, or else to where its package is imported from."""
    here = os.path.join(os.getcwd(), "")
    if path.startswith(here):
        return path[len(here) :]
    roots = [os.path.join(root, "") for root in sys.path if os.path.isabs(root)]
    return min(
        (path[len(root) :] for root in roots if path.startswith(root)), key=len, default=path
    )
