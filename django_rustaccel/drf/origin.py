"""Where user code replaces stock code, in words a developer understands."""

from __future__ import annotations

import inspect
import os
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
    for cls in type(obj).__mro__:
        if name in cls.__dict__:
            return f"`{cls.__name__}.{name}` is overridden{_location(cls.__dict__[name])}"
    return f"`{type(obj).__name__}.{name}` is overridden"


def _location(attribute: Any) -> str:
    """`` in path:line`` of a function, property or cached property, where it is known."""
    for name in ("fget", "func", "__func__", "__wrapped__"):
        attribute = getattr(attribute, name, None) or attribute
    code = getattr(attribute, "__code__", None)
    if code is None:
        return ""
    return f" in {_shorten(code.co_filename)}:{code.co_firstlineno}"


def _shorten(path: str) -> str:
    """Relative to the working directory where that is shorter."""
    relative = os.path.relpath(path) if os.path.isabs(path) else path
    return path if relative.startswith("..") else relative
