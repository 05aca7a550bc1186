"""DRF's own classes, also where another package has put its own in their place.

``isinstance`` holds for both, since whoever replaces a class of DRF's inherits from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework import parsers, renderers, serializers


def _own(module: Any, name: str) -> Any:
    cls = getattr(module, name)
    own = (base for base in cls.__mro__ if base.__module__ == module.__name__)
    return next((base for base in own if base.__name__ == name), cls)


Serializer = _own(serializers, "Serializer")
ListSerializer = _own(serializers, "ListSerializer")
ModelSerializer = _own(serializers, "ModelSerializer")
HyperlinkedModelSerializer = _own(serializers, "HyperlinkedModelSerializer")
JSONRenderer = _own(renderers, "JSONRenderer")
JSONParser = _own(parsers, "JSONParser")

ORIGINALS = {
    serializers: (Serializer, ListSerializer, ModelSerializer, HyperlinkedModelSerializer),
    renderers: (JSONRenderer,),
    parsers: (JSONParser,),
}


def replaced_classes() -> Iterator[str]:
    """Which names of DRF's stand for classes of somebody else."""
    for module, classes in ORIGINALS.items():
        for own in classes:
            cls = getattr(module, own.__name__)
            if cls is not own:
                theirs = f"{cls.__module__}.{cls.__qualname__}"
                yield f"`{module.__name__}.{own.__name__}` is replaced by `{theirs}`."
