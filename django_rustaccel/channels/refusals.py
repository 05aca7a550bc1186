"""Messages that a consumer does not take, and what their senders are told."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from django_rustaccel.channels.text import to_bytes
from django_rustaccel.core.jsontext import is_deeper

if TYPE_CHECKING:
    from django_rustaccel.core.limiting import Decision
    from django_rustaccel.validation import Validator

#: Refusals that end the connection, and the codes it is closed with: 1003 and 1009 of RFC 6455, in
#: the range for applications (section 7.4.2), as Daphne lets them choose no others. Whatever is not
#: here is answered by a frame, and the connection goes on.
CLOSE_CODES: Mapping[str, int] = MappingProxyType({"not_text": 4003, "too_large": 4009})

#: What the standard library raises about a text that is no JSON, or nested too deeply for Python.
UNREADABLE = (ValueError, RecursionError)


class Refusal(Exception):  # noqa: N818  (no error of the program: an answer to a client)
    """A message was not taken.

    Parameters: `code` is one of ``too_large``, ``rate_limited``, ``too_deep``, ``parse_error``,
    ``invalid`` and ``not_text``; `message` is for people; `details` go into the frame as they are:
    ``errors`` by field for ``invalid``, ``retry_after`` in seconds for ``rate_limited``.
    """

    def __init__(self, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    def frame(self) -> dict[str, Any]:
        """The content of the error frame."""
        return {"type": "error", "code": self.code, "message": self.message, **self.details}


def too_deep(limit: int) -> Refusal:
    """The refusal of a message whose brackets are nested too deeply."""
    return Refusal("too_deep", f"The message is nested more than {limit} deep.", limit=limit)


def rate_limited(decision: Decision) -> None:
    """Refuse a message that came too early, by the decision of a ``Limiter``."""
    if not decision.allowed:
        seconds = round(decision.retry_after, 3)
        raise Refusal("rate_limited", "Too many messages.", retry_after=seconds)


def unreadable(error: Exception) -> Refusal:
    """The refusal of a text that is no JSON."""
    return Refusal("parse_error", f"JSON parse error - {error}")


def check_text(text: str | None, max_size: int | None, max_depth: int | None) -> str:
    """The text of a frame that may be decoded. Raises :class:`Refusal`.

    `max_size` is in bytes of UTF-8; `max_depth` counts brackets that are open at the same time.
    """
    if text is None:
        raise Refusal("not_text", "Only text frames are taken.")
    if max_size is None and max_depth is None:
        return text
    if max_size is not None and (len(text) > max_size or len(to_bytes(text)) > max_size):
        raise Refusal("too_large", f"The message is over {max_size} bytes.", limit=max_size)
    if max_depth is not None and is_deeper(to_bytes(text), max_depth):
        raise too_deep(max_depth)
    return text


def validated(validator: Validator, content: Any) -> Any:
    """The valid data of a message. Raises :class:`Refusal`, and what is no error of validation."""
    try:
        return validator.validate_python(content)
    except Exception as error:
        if _errors(error) is None:
            raise
        raise invalid(error) from error


def invalid(error: Exception) -> Refusal:
    """The refusal of a message by its ``ValidationError``."""
    return Refusal("invalid", "The message is not valid.", errors=_errors(error))


def _errors(error: Exception) -> Any:
    """By field: ``message_dict`` of Django's ``ValidationError``, ``detail`` of DRF's."""
    if isinstance(error, ValidationError):
        return error.message_dict if hasattr(error, "error_dict") else error.messages
    framework = sys.modules.get("rest_framework.exceptions")
    if framework is not None and isinstance(error, framework.ValidationError):
        return error.detail
    return None
