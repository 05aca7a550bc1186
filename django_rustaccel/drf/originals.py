"""DRF's own classes, whatever other packages have put into DRF's modules in their places.

Some accelerators swap ``rest_framework.serializers.Serializer`` for a subclass of their own. Their
methods are overrides like anybody's; what is mirrored here is what they override.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rest_framework import parsers, renderers, serializers

__all__ = [
    "BaseSerializer",
    "HyperlinkedModelSerializer",
    "JSONParser",
    "JSONRenderer",
    "ListSerializer",
    "ModelSerializer",
    "Serializer",
]


def original(module: Any, name: str) -> Any:
    """The class of DRF's that is, or that is a base of, ``module.name``."""
    found = getattr(module, name)
    own = (
        cls for cls in found.__mro__ if (cls.__module__, cls.__name__) == (module.__name__, name)
    )
    return next(own, found)


def swapped() -> Iterator[str]:
    """Which of DRF's names lead to classes of other packages."""
    for module, names in _NAMES.items():
        for name in names:
            found = getattr(module, name)
            if found is not globals()[name]:
                other = f"{found.__module__}.{found.__qualname__}"
                yield f"`{module.__name__}.{name}` is `{other}` and not DRF's own."


_NAMES: dict[Any, tuple[str, ...]] = {
    parsers: ("JSONParser",),
    renderers: ("JSONRenderer",),
    serializers: (
        "Serializer",
        "ListSerializer",
        "ModelSerializer",
        "HyperlinkedModelSerializer",
    ),
}

if TYPE_CHECKING:
    from rest_framework.parsers import JSONParser
    from rest_framework.renderers import JSONRenderer
    from rest_framework.serializers import (
        BaseSerializer,
        HyperlinkedModelSerializer,
        ListSerializer,
        ModelSerializer,
        Serializer,
    )
else:
    JSONParser = original(parsers, "JSONParser")
    JSONRenderer = original(renderers, "JSONRenderer")
    BaseSerializer = original(serializers, "BaseSerializer")
    HyperlinkedModelSerializer = original(serializers, "HyperlinkedModelSerializer")
    ListSerializer = original(serializers, "ListSerializer")
    ModelSerializer = original(serializers, "ModelSerializer")
    Serializer = original(serializers, "Serializer")
