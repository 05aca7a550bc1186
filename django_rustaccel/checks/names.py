"""System checks of names of this package in Django's settings: Django imports them late."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, error

_PACKAGE = "django_rustaccel."
_LISTS = ("MIDDLEWARE", "PASSWORD_HASHERS", "DEBUG_TOOLBAR_PANELS")


@register(TAG)
def check_names(**kwargs: Any) -> list[CheckMessage]:
    """Each dotted path into this package leads somewhere."""
    found = (
        (setting, path, _problem(path, is_module=setting == "SERIALIZATION_MODULES"))
        for setting, path in _paths()
        if isinstance(path, str) and path.startswith(_PACKAGE)
    )
    return [
        error(8, f"{setting} names {path!r}: {problem[0]}.", problem[1])
        for setting, path, problem in found
        if problem
    ]


def _paths() -> Iterator[tuple[str, Any]]:
    for name in _LISTS:
        yield from ((name, path) for path in getattr(django_settings, name, ()))
    for alias, options in django_settings.CACHES.items():
        yield f"CACHES[{alias!r}]", options.get("BACKEND")
    yield "SIGNING_BACKEND", django_settings.SIGNING_BACKEND
    modules = getattr(django_settings, "SERIALIZATION_MODULES", {})
    yield from (("SERIALIZATION_MODULES", path) for path in modules.values())
    for key, value in getattr(django_settings, "REST_FRAMEWORK", {}).items():
        values = value if isinstance(value, (list, tuple)) else [value]
        yield from ((f"REST_FRAMEWORK[{key!r}]", path) for path in values)


def _problem(path: str, *, is_module: bool) -> tuple[str, str | None] | None:
    """What is wrong, and a hint; ``None`` for a path that leads somewhere."""
    module_name, _, name = (path, "", "") if is_module else path.rpartition(".")
    try:
        module = import_module(module_name)
    except ImportError as missing:  # an extra that is not installed is one, too
        return str(missing), None
    if not name or hasattr(module, name):
        return None
    close = get_close_matches(name, vars(module), n=1)
    return f"{module_name} has no {name}", f"Did you mean {close[0]!r}?" if close else None
