"""Blocks that are a piece of `settings.py`."""

import ast
import re
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.core.handlers.base import BaseHandler
from django.test import override_settings
from django.utils.module_loading import import_string


def is_settings(tree: ast.Module) -> bool:
    """Whether nothing but names in capitals is set."""
    imports = (ast.Import, ast.ImportFrom)
    rest = [statement for statement in tree.body if not isinstance(statement, imports)]
    return bool(rest) and all(isinstance(each, ast.Assign) for each in rest) and bool(_names(tree))


def _names(tree: ast.Module) -> list[str]:
    targets = [
        target for each in tree.body if isinstance(each, ast.Assign) for target in each.targets
    ]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return names if all(name.isupper() for name in names) else []


def problem_of_settings(tree: ast.Module, namespace: dict[str, Any]) -> str | None:
    """What `manage.py check` says about them that it does not say without them."""
    values = {name: _filled(name, namespace[name]) for name in _names(tree)}
    before = {str(message) for message in run_checks()}
    with override_settings(**values):
        _import_all(values)
        if "MIDDLEWARE" in values:
            BaseHandler().load_middleware()
        after = {str(message) for message in run_checks()}
    return "\n".join(sorted(after - before)) or None


def _filled(name: str, value: Any) -> Any:
    """`...` in a list stands for what the project has there."""
    if not isinstance(value, list) or ... not in value:
        return value
    at = value.index(...)
    own = [each for each in getattr(settings, name) if each not in value]
    return [*value[:at], *own, *value[at + 1 :]]


def _import_all(values: dict[str, Any]) -> None:
    """Every dotted name of this package in the settings is one."""
    for name in re.findall(r"'(django_rustaccel\.[\w.]+)'", repr(values)):
        try:
            import_module(name)
        except ModuleNotFoundError:
            import_string(name)
