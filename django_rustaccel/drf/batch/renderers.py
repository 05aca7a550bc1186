"""The two forms of an answer, for DRF's content negotiation; errors of the batch are rendered."""

from __future__ import annotations

from typing import Any

from rest_framework.renderers import JSONRenderer


class EnvelopeRenderer(JSONRenderer):
    """One document, with the answers in the order of the parts."""

    charset = None


class LinesRenderer(JSONRenderer):
    """NDJSON: a line for each answer, as soon as it is there."""

    media_type = "application/x-ndjson"
    format = "ndjson"
    charset = None

    def render(self, *args: Any, **kwargs: Any) -> bytes:
        """An error on a line of its own."""
        return bytes(super().render(*args, **kwargs)) + b"\n"
