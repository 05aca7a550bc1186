"""``JSONRenderer``: the bytes of :class:`rest_framework.renderers.JSONRenderer`, made natively."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rest_framework.utils import encoders

from django_rustaccel.core import statistics
from django_rustaccel.core.jsontext import dumps
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.drf import originals

#: Deeper indents than DRF's own limit of 8 come from the context only; these are spelled natively.
MAX_INDENT = 32

_get_indent = originals.JSONRenderer.get_indent
_drf_default = encoders.JSONEncoder.default
#: What an encoder class has to leave alone so that only its ``default`` matters.
_MACHINERY = [
    (name, getattr(json.JSONEncoder, name))
    for name in ("encode", "iterencode", "__init__", "__new__", "__getattribute__")
]


class JSONRenderer(originals.JSONRenderer):
    """Drop-in for DRF's class of the same name, with the same hooks and attributes.

    What only :mod:`json` can answer for (odd values, encoders that replace more than
    ``default``) goes to DRF's own ``render``, and so do its exceptions.
    """

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        """``data`` as JSON in UTF-8; empty for ``None``."""
        return render_json(self, data, accepted_media_type, renderer_context, super_render)


super_render: Callable[..., bytes] = originals.JSONRenderer.render


@statistics.timed
def render_json(
    renderer: Any,
    data: Any,
    accepted_media_type: str | None,
    renderer_context: Any,
    stock: Callable[..., bytes],
) -> bytes:
    """What ``stock(renderer, data, accepted_media_type, renderer_context)`` returns or raises.

    ``stock`` is DRF's own ``JSONRenderer.render``: the function can be the body of a subclass's
    ``render`` and stand in the place of DRF's alike.
    """
    if data is None or is_disabled():
        return stock(renderer, data, accepted_media_type, renderer_context)
    encoder = renderer.encoder_class
    indent = _indent(renderer, accepted_media_type, renderer_context or {})
    reason = _obstacle(encoder, indent)
    if reason is None:
        rendered = dumps(
            data,
            bool(renderer.ensure_ascii),
            bool(renderer.compact),
            indent,
            not renderer.strict,
            encoder,
            encoder.default is _drf_default,
        )
        if rendered is not None:
            statistics.render["native"] += 1
            return rendered
        reason = f"{type(renderer).__name__}: a value that only the json module decides about"
    statistics.render["stock"] += 1
    statistics.fell_back(reason)
    return stock(renderer, data, accepted_media_type, renderer_context)


def _indent(renderer: Any, media_type: str | None, context: Any) -> Any:
    """``renderer.get_indent(…)``, without taking apart a media type that has no parameters."""
    if type(renderer).get_indent is _get_indent and not (media_type and ";" in media_type):
        return context.get("indent", None)
    return renderer.get_indent(media_type, context)


def _obstacle(encoder: Any, indent: Any) -> str | None:
    """Why the native encoder cannot serve here; ``None`` when it can."""
    if indent is not None and not (type(indent) is int and 0 <= indent <= MAX_INDENT):
        return f"JSONRenderer: indent={indent!r}"
    if type(encoder) is not type:
        return f"JSONRenderer: encoder_class={encoder!r} is not a plain class"
    for name, method in _MACHINERY:
        if getattr(encoder, name, None) is not method:
            return f"JSONRenderer: {encoder.__module__}.{encoder.__qualname__}.{name} is overridden"
    return None
