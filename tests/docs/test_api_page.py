"""docs/api.md has every public name, and every public name has a docstring of its own."""

import re
from importlib import import_module
from inspect import isclass, isroutine

import pytest

from docs.pages import DOCS

API = (DOCS / "api.md").read_text("utf-8")
#: Modules that people import from; what they offer is their `__all__`, or else these names.
PUBLIC: dict[str, list[str]] = {
    "": ["explain", "stats", "disabled"],
    ".asgi": [],
    ".cache": [],
    ".channels": [],
    ".core.json": [],
    ".core.numbers": [],
    ".drf.batch": [],
    ".drf.pagination": ["PageNumberPagination", "LimitOffsetPagination", "CursorPagination"],
    ".drf.parsers": ["JSONParser"],
    ".drf.renderers": ["JSONRenderer"],
    ".drf.serializers": [
        "Serializer", "ModelSerializer", "HyperlinkedModelSerializer", "ListSerializer"
    ],
    ".drf.throttling": [],
    ".exceptions": [],
    ".flask": [],
    ".hashers": [],
    ".metrics": [],
    ".middleware": [],
    ".panels": [],
    ".passwords": [],
    ".policies": [],
    ".querysets": [],
    ".ratelimit": [],
    ".serializers.json": [],
    ".serializers.jsonl": [],
    ".signals": [],
    ".signing": [],
    ".starlette": [],
    ".validation": [],
    ".webhooks": ["webhook_policy"],
    ".wsgi": [],
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_module(name: str) -> None:
    module = import_module(f"django_rustaccel{name}")
    assert module.__doc__
    shown = names_shown(module.__name__)
    for each in PUBLIC[name] or names_of(module):
        assert shown == {"*"} or each in shown, f"{each} is not in docs/api.md"
        value = getattr(module, each)
        if isclass(value) or isroutine(value):
            assert value.__doc__, f"{each} has no docstring"


def names_of(module: object) -> list[str]:
    """`__all__`, or the classes that a module without one defines."""
    own = getattr(module, "__all__", None)
    return own or [name for name, value in vars(module).items() if is_own(value, module)]


def is_own(value: object, module: object) -> bool:
    return isclass(value) and value.__module__ == module.__name__


def names_shown(module: str) -> set[str]:
    """What the directives of api.md show of a module; `*` for all that it offers."""
    escaped = re.escape(module)
    members = re.findall(rf"automodule:: {escaped}\n   :members:(.*)", API)
    singly = re.findall(rf"auto(?:class|function):: {escaped}\.(\w+)\n", API)
    listed = [name.strip() for line in members for name in line.split(",") if name.strip()]
    return {"*"} if members and not listed else {*listed, *singly}
