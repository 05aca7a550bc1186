"""System check of renderers that read the memory of lists."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.project import imported
from django_rustaccel.conf import NAME, settings

#: Encoders in C that take a list's memory for what is in it.
ENCODERS = frozenset(["msgspec", "orjson", "rapidjson", "ujson"])


@register(TAG)
def check_renderers(**kwargs: Any) -> list[CheckMessage]:
    """Lists that nobody has looked at are not given to an encoder that cannot look at them."""
    if not (settings.accelerate_drf and settings.lazy_data):
        return []
    classes = getattr(django_settings, "REST_FRAMEWORK", {}).get("DEFAULT_RENDERER_CLASSES", ())
    found = [(each, encoder) for each in map(imported, classes) if (encoder := _encoder(each))]
    hint = f"Set {NAME}['LAZY_DATA'] = False, or take the framework's JSONRenderer."
    return [
        warning(8, f"{each.__name__} gives `.data` to {encoder}, which refuses lazy lists.", hint)
        for each, encoder in found
    ]


def _encoder(renderer: Any) -> str:
    """The encoder that a renderer's module, or that of a class it inherits from, has imported."""
    if not isinstance(renderer, type):
        return ""
    for cls in renderer.__mro__:
        module = sys.modules.get(cls.__module__)
        for value in vars(module).values() if module else ():
            name = value.__name__ if isinstance(value, ModuleType) else ""
            if name in ENCODERS:
                return name
    return ""
