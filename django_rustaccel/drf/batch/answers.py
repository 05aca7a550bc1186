"""The answers to the parts of a batch, and their entries in its own answer."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from http.cookies import SimpleCookie
from typing import NamedTuple

from django_rustaccel.core import batching, json
from django_rustaccel.drf.batch.refusal import RefusedError
from django_rustaccel.subrequests import Answer

JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
TEXT = re.compile(r"text/.+|application/(?:[\w.+-]+\+)?(?:xml|yaml|javascript)", re.IGNORECASE)
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)


class ContentType(NamedTuple):
    """What a ``Content-Type`` says of a body."""

    is_json: bool
    is_text: bool
    charset: str


@lru_cache(256)
def content_type(header: str) -> ContentType:
    """The value of the header, taken apart; nothing is no text."""
    media_type = header.partition(";")[0].strip()
    charset = CHARSET.search(header)
    is_json = JSON.fullmatch(media_type) is not None
    is_text = is_json or TEXT.fullmatch(media_type) is not None
    return ContentType(is_json, is_text, charset[1].lower() if charset else "utf-8")


class PartAnswer:
    """What a part was answered."""

    def __init__(self, answer: Answer, rolled_back: bool = False) -> None:
        self.status = answer.status
        self.headers = answer.headers
        self.cookies = answer.cookies
        self.body = answer.body
        self.rolled_back = rolled_back

    @property
    def has_failed(self) -> bool:
        """Whether it is an error, of the client or of the server."""
        return self.status >= 400

    @cached_property
    def json(self) -> bytes | None:
        """The body as JSON; ``None`` for an empty one, and for bytes that are no text."""
        form = self._form
        return json.dumps(form) if isinstance(form, str) else form if self._is_json else None

    def entry(self, part: str | int) -> bytes:
        """What the answer of the batch says of it."""
        headers = list(self.headers.items())
        return batching.write_answer(
            _spelled(part), self.status, headers, self._form, self._is_json, self.rolled_back
        )

    @cached_property
    def _content_type(self) -> ContentType:
        header = self.headers.get("Content-Type")
        if header is None:
            # A view may spell the name as it likes.
            named = {name.lower(): value for name, value in self.headers.items()}
            header = named.get("content-type", "")
        return content_type(header)

    @cached_property
    def _is_json(self) -> bool:
        kind = self._content_type
        is_said = bool(self.body) and kind.is_json and kind.charset in ("utf-8", "utf8")
        return is_said and batching.is_json(self.body)

    @cached_property
    def _form(self) -> bytes | str | None:
        """JSON and bytes as they are, texts as texts."""
        if not self.body:
            return None
        if self._is_json or not self._content_type.is_text:
            return self.body
        try:
            return self.body.decode(self._content_type.charset)
        except (LookupError, UnicodeDecodeError):
            return self.body


def refusal(error: RefusedError, rolled_back: bool = False) -> PartAnswer:
    """The answer to a part that was not sent, or not to the end."""
    body = json.dumps({"detail": error.detail})
    headers = {"Content-Type": "application/json"}
    return PartAnswer(Answer(error.status, headers, SimpleCookie(), body), rolled_back)


def _spelled(part: str | int) -> str:
    return f'"{part}"' if isinstance(part, str) else str(part)
