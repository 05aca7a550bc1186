"""The serializers of the project: those that its applications and its URLs lead to."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import module_has_submodule

from django_rustaccel.core.origin import describe_error
from django_rustaccel.drf.originals import BaseSerializer, ListSerializer

#: Where applications keep serializers, as modules or as packages.
USUAL_MODULES = ("serializers", "api", "views")
#: Whose serializers are not the project's.
FRAMEWORKS = ("rest_framework", "django_rustaccel")

#: Told of a module that cannot be imported, with the reason.
OnFailure = Callable[[str, str], None]


class UnknownSerializerError(Exception):
    """No serializer class has this name; the text says what there is instead."""


def dotted(cls: type) -> str:
    """The name under which a class can be found again."""
    return f"{cls.__module__}.{cls.__qualname__}"


def all_serializers(on_failure: OnFailure) -> list[type[Any]]:
    """Every serializer class of the project, by name; lists of them are left out."""
    _import_project(on_failure)
    found = {cls for cls in _subclasses(BaseSerializer) if not _is_frameworks(cls)}
    return sorted((cls for cls in found if not issubclass(cls, ListSerializer)), key=dotted)


def serializer_named(name: str, on_failure: OnFailure) -> type[Any]:
    """The serializer class with a dotted name.

    Raises:
        UnknownSerializerError: with a suggestion, where a name is close.

    """
    found = _import_object(name)
    if found is None:
        known = {dotted(cls): cls for cls in all_serializers(on_failure)}
        if name not in known:
            raise UnknownSerializerError(f"There is no serializer {name!r}.{_hint(name, known)}")
        return known[name]
    if not (isinstance(found, type) and issubclass(found, BaseSerializer)):
        raise UnknownSerializerError(f"{name!r} is no serializer class.")
    return found


def _hint(name: str, known: dict[str, type[Any]]) -> str:
    same_end = [other for other in known if other.endswith(f".{name.rpartition('.')[2]}")]
    close = same_end or get_close_matches(name, known, n=1)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""


def _import_object(name: str) -> Any:
    """What a dotted name leads to, through classes too; ``None`` if it leads nowhere."""
    module_name, _, rest = name.rpartition(".")
    attributes = [rest]
    while module_name:
        try:
            found: Any = import_module(module_name)
        except ModuleNotFoundError as error:
            if not f"{module_name}.".startswith(f"{error.name}."):
                raise  # The module is there and misses another one.
            module_name, _, rest = module_name.rpartition(".")
            attributes.insert(0, rest)
            continue
        for attribute in attributes:
            found = getattr(found, attribute, None)
        return found
    return None


def _import_project(on_failure: OnFailure) -> None:
    for app in apps.get_app_configs():
        if app.name.partition(".")[0] in FRAMEWORKS:
            continue
        for name in USUAL_MODULES:
            if app.module is not None and module_has_submodule(app.module, name):
                _import_tree(f"{app.name}.{name}", on_failure)
    if getattr(settings, "ROOT_URLCONF", None):
        _attempt(settings.ROOT_URLCONF, lambda: get_resolver().url_patterns, on_failure)


def _import_tree(name: str, on_failure: OnFailure) -> None:
    """Import a module, and those in it if it is a package; tests are no part of the project."""
    module = _attempt(name, lambda: import_module(name), on_failure)
    if not isinstance(module, ModuleType):
        return
    for inner in pkgutil.iter_modules(getattr(module, "__path__", ())):
        if not inner.name.startswith("test"):
            _import_tree(f"{name}.{inner.name}", on_failure)


def _attempt(name: str, work: Callable[[], Any], on_failure: OnFailure) -> Any:
    try:
        return work()
    except Exception as error:
        on_failure(name, describe_error(error))
        return None


def _subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def _is_frameworks(cls: type) -> bool:
    return cls.__module__.partition(".")[0] in FRAMEWORKS
