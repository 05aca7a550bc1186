"""References of a part to the answers of parts before it.

``1.status``, ``1.headers.location`` and ``1.body.items.0.id`` name the part and what is meant:
steps in a body are keys and positions. In a body, ``{"$ref": "1.body.id"}`` stands for the value
itself, as it was written; in a path or a header, ``{1.body.id}`` stands for a text, number or
boolean in the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from typing import NamedTuple

from django_rustaccel.core import batching, json
from django_rustaccel.drf.batch.answers import PartAnswer
from django_rustaccel.drf.batch.refusal import RefusedError

ID = r"[A-Za-z0-9_-]{1,64}"
TEMPLATE = re.compile(rf"\{{({ID}\.(?:status|headers|body)(?:\.[^{{}}]*)?)\}}")
_GRAMMAR = re.compile(rf"({ID})\.(?:(status)|(headers)\.([^.]+)|(body)((?:\.[^.]+)*))")

Answers = Mapping[str, PartAnswer]


class Reference(NamedTuple):
    """What is meant: ``path`` leads through a body, or is the name of a header."""

    written: str
    part: str
    kind: str
    path: list[str]

    def value(self, answers: Answers) -> bytes:
        """What it stands for, as JSON. Raises ``RefusedError`` (424) where that cannot be."""
        answer = answers[self.part]
        if answer.has_failed and self.kind != "status":
            raise self.refused(f"part {self.part} failed")
        found = getattr(self, f"_{self.kind}")(answer)
        if found is None:
            raise self.refused("nothing is there")
        return bytes(found)

    def text(self, answers: Answers) -> str:
        """The same within a text."""
        value = self.value(answers)
        if value[:1] == b'"':
            text = str(json.loads(value))
            if not text.isascii() and has_surrogates(text):
                raise self.refused("what is there is no text in UTF-8")
            return text
        if value[:1] in b"[{n":
            raise self.refused("neither a text, a number nor a boolean is there")
        return value.decode()

    def refused(self, problem: str) -> RefusedError:
        """What is raised where the answers do not have what is needed."""
        return RefusedError(424, f"{self.written}: {problem}.")

    def _status(self, answer: PartAnswer) -> bytes:
        return str(answer.status).encode()

    def _headers(self, answer: PartAnswer) -> bytes | None:
        wanted = self.path[0].lower()
        found = (value for name, value in answer.headers.items() if name.lower() == wanted)
        value = next(found, None)
        return None if value is None else json.dumps(value)

    def _body(self, answer: PartAnswer) -> bytes | None:
        body = answer.json
        return None if body is None else batching.look_up(body, self.path)


def has_surrogates(text: str) -> bool:
    """Whether a text has halves of characters, which JSON can spell and UTF-8 cannot."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def read(written: str | None, earlier: Set[str]) -> Reference:
    """The reference that a text is. Raises ``RefusedError`` (400) if it is none."""
    found = _GRAMMAR.fullmatch(written) if written is not None else None
    if found is None or written is None:
        raise RefusedError(400, f"{written!r} is no reference such as '1.body.id'.")
    if found[1] not in earlier:
        raise RefusedError(400, f"{written}: there is no earlier part {found[1]!r}.")
    if found[2]:
        return Reference(written, found[1], "status", [])
    if found[3]:
        return Reference(written, found[1], "headers", [found[4]])
    return Reference(written, found[1], "body", found[6].split(".")[1:])


def in_text(text: str) -> Iterator[str]:
    """The references of a path or a header, as they are written."""
    return (found[1] for found in TEMPLATE.finditer(text)) if "{" in text else iter(())


def replaced(text: str, spelled: Callable[[str], str]) -> str:
    """A path or a header with what its references stand for; `spelled` says what that is."""
    return TEMPLATE.sub(lambda found: spelled(found[1]), text)
