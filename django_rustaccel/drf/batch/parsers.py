"""The body of a batch, for DRF's content negotiation; it stays the bytes that were sent."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions, status
from rest_framework.parsers import BaseParser


class TooLargeError(exceptions.APIException):
    """The batch has more bytes than it may have."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The batch is too large."
    default_code = "too_large"


class BatchParser(BaseParser):
    """Reads JSON and leaves it as it is, up to the ``max_bytes`` of the view and Django's limit."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """The bytes of a stream. Raises :class:`TooLargeError`."""
        limits = (parser_context["view"].max_bytes, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        limit = min((limit for limit in limits if limit is not None), default=None)
        length = int(parser_context["request"].META.get("CONTENT_LENGTH") or 0)
        if limit is None:
            return bytes(stream.read())
        try:
            body = b"" if length > limit else bytes(stream.read(limit + 1))
        except RequestDataTooBig:
            raise TooLargeError from None
        if max(length, len(body)) > limit:
            raise TooLargeError
        return body
