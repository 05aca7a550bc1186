"""The answers to the parts of a batch, and their entries in its own answer."""

from __future__ import annotations

import re
from functools import cached_property
from http.cookies import SimpleCookie

from django_rustaccel.core import batching, json
from django_rustaccel.drf.batch.refusal import RefusedError
from django_rustaccel.subrequests import Answer

JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
TEXT = re.compile(r"text/.+|application/(?:[\w.+-]+\+)?(?:xml|yaml|javascript)", re.IGNORECASE)
CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w-]+)", re.IGNORECASE)


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
    def _content_type(self) -> str:
        return next((v for k, v in self.headers.items() if k.lower() == "content-type"), "")

    @cached_property
    def _charset(self) -> str:
        found = CHARSET.search(self._content_type)
        return found[1].lower() if found else "utf-8"

    @cached_property
    def _is_json(self) -> bool:
        media_type = self._content_type.partition(";")[0].strip()
        if not self.body or JSON.fullmatch(media_type) is None:
            return False
        return self._charset in ("utf-8", "utf8") and batching.is_json(self.body)

    @cached_property
    def _form(self) -> bytes | str | None:
        """JSON and bytes as they are, texts as texts."""
        if not self.body:
            return None
        media_type = self._content_type.partition(";")[0].strip()
        if self._is_json or not (TEXT.fullmatch(media_type) or JSON.fullmatch(media_type)):
            return self.body
        try:
            return self.body.decode(self._charset)
        except (LookupError, UnicodeDecodeError):
            return self.body


def refusal(error: RefusedError, rolled_back: bool = False) -> PartAnswer:
    """The answer to a part that was not sent, or not to the end."""
    body = json.dumps({"detail": error.detail})
    headers = {"Content-Type": "application/json"}
    return PartAnswer(Answer(error.status, headers, SimpleCookie(), body), rolled_back)


def _spelled(part: str | int) -> str:
    return f'"{part}"' if isinstance(part, str) else str(part)
