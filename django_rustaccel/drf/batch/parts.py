"""The parts of a batch: what was sent, checked, and what it asks for once others are answered."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote

from django_rustaccel.core import batching
from django_rustaccel.drf.batch import references
from django_rustaccel.drf.batch.limits import VALUE, Limits, header_problem
from django_rustaccel.drf.batch.references import Answers, Reference
from django_rustaccel.drf.batch.refusal import RefusedError
from django_rustaccel.subrequests import Call

MEMBERS = {"id", "method", "path", "headers", "encoding", "refs"}
IDENTIFIER = re.compile(references.ID)
METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
#: White space, controls and the fragment, which clients keep to themselves.
NOT_IN_PATH = re.compile(r"[\x00-\x20\x7f#]")


class BadBatchError(ValueError):
    """The batch as a whole cannot be read."""


class Piece(NamedTuple):
    """A place in the body and what stands for it."""

    start: int
    end: int
    reference: Reference


class Part:
    """One part. ``problem`` is why it cannot be sent, whatever the answers to others are."""

    def __init__(self, number: int) -> None:
        self.id: str | int = number
        self.problem: RefusedError | None = None
        self.method = "GET"
        self.path = ""
        self.headers: dict[str, str | None] = {}
        self.body: bytes | None = None
        self.pieces: list[Piece] = []
        self.known: dict[str, Reference] = {}

    @property
    def name(self) -> str:
        """What references call it."""
        return str(self.id)

    @property
    def awaits(self) -> set[str]:
        """The parts whose answers are needed."""
        meant = [*self.known.values(), *(piece.reference for piece in self.pieces)]
        return {reference.part for reference in meant}

    def call(self, answers: Answers, max_bytes: int) -> Call:
        """What is asked for. Raises ``RefusedError``."""
        if self.problem is not None:
            raise self.problem
        path = self._path(answers)
        headers = {name: self._header(name, answers) for name in self.headers}
        body = self._body(answers, max_bytes)
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["content-type"] = "application/json"
        return Call(self.method, path, headers, body)

    def _path(self, answers: Answers) -> str:
        def spelled(written: str) -> str:
            return quote(self.known[written].text(answers), safe="")

        return references.replaced(self.path, spelled) if self.known else self.path

    def _header(self, name: str, answers: Answers) -> str | None:
        value = self.headers[name]
        if value is None or not self.known:
            return value
        value = references.replaced(value, lambda written: self.known[written].text(answers))
        return checked_value(name, value)

    def _body(self, answers: Answers, max_bytes: int) -> bytes | None:
        if self.body is None or not self.pieces:
            return self.body
        chunks, at, size = [], 0, len(self.body)
        for start, end, reference in self.pieces:
            value = reference.value(answers)
            size += len(value) - (end - start)
            if size > max_bytes:
                raise RefusedError(413, f"The body has more than {max_bytes} bytes.")
            chunks += [self.body[at:start], value]
            at = end
        return b"".join([*chunks, self.body[at:]])


def checked_value(name: str, value: str) -> str:
    """The value of a header. Raises ``RefusedError`` for what none can be."""
    if VALUE.fullmatch(value) is None:
        raise RefusedError(400, f"headers: {name} has characters that no header has.")
    return value


def read_parts(calls: list[batching.Call], inherited: Iterable[str], limits: Limits) -> list[Part]:
    """The parts, those that are not well-formed with their ``problem``."""
    reader = _Reader(inherited, limits)
    return [reader.part(number, call) for number, call in enumerate(calls, 1)]


class _Reader:
    """Reads parts one after the other, and knows the earlier ones."""

    def __init__(self, inherited: Iterable[str], limits: Limits) -> None:
        self._inherited = inherited
        self._limits = limits
        self._earlier: set[str] = set()

    def part(self, number: int, call: batching.Call) -> Part:
        part = Part(number)
        try:
            self._fill(part, call)
        except RefusedError as problem:
            part.problem = problem
        if part.name in self._earlier and part.problem is None:
            part.problem = RefusedError(400, f"id: {part.name!r} is an earlier part.")
        self._earlier.add(part.name)
        return part

    def _fill(self, part: Part, call: batching.Call) -> None:
        members = call.members
        if members is None:
            raise RefusedError(400, f"The part is no object: {call.problem}.")
        if "id" in members:
            part.id = _id(members["id"])
        if unknown := members.keys() - MEMBERS:
            raise RefusedError(400, f"There is no member {min(unknown)!r} of a part.")
        part.method = _method(members.get("method", "GET"))
        part.path = _path(members.get("path"))
        refs = _flag("refs", members.get("refs", True))
        part.headers = self._headers(members.get("headers", {}), refs)
        part.body = self._body(part, call)
        if refs:
            self._find_references(part, call)

    def _headers(self, headers: Any, refs: bool) -> dict[str, str | None]:
        if not isinstance(headers, dict):
            raise RefusedError(400, "headers: an object is expected.")
        return {name: self._header(name, value, refs) for name, value in headers.items()}

    def _header(self, name: str, value: Any, refs: bool) -> str | None:
        if problem := header_problem(name, value is None, self._inherited, self._limits):
            raise RefusedError(400, f"headers: {problem}.")
        if refs and isinstance(value, dict) and list(value) == ["$ref"]:
            target = value["$ref"] if isinstance(value["$ref"], str) else None
            return f"{{{references.read(target, self._earlier).written}}}"
        if value is None:
            return None
        if not isinstance(value, str):
            raise RefusedError(400, f"headers: {name} is no text.")
        return checked_value(name, value)

    def _body(self, part: Part, call: batching.Call) -> bytes | None:
        members, body = call.members or {}, call.body
        if body is None:
            return None
        if call.depth > self._limits.max_depth:
            raise RefusedError(400, f"The body is more than {self._limits.max_depth} levels deep.")
        if len(body) > self._limits.max_part_bytes:
            raise RefusedError(413, f"The body has more than {self._limits.max_part_bytes} bytes.")
        if "encoding" in members:
            return _decoded(_text(body), members["encoding"])
        return body if _is_json(part.headers) else _text(body).encode()

    def _find_references(self, part: Part, call: batching.Call) -> None:
        texts = [part.path, *(value for value in part.headers.values() if value is not None)]
        for text in texts:
            for written in references.in_text(text):
                part.known[written] = references.read(written, self._earlier)
        if part.body is call.body:
            part.pieces = [
                Piece(start, end, references.read(name, self._earlier))
                for start, end, name in call.targets
            ]


def _id(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    if isinstance(value, str) and IDENTIFIER.fullmatch(value):
        return value
    raise RefusedError(
        400, "id: up to 64 letters, digits, - and _, or a whole number, is expected."
    )


def _method(value: Any) -> str:
    if not (isinstance(value, str) and METHOD.fullmatch(value.upper())):
        raise RefusedError(400, "method: the name of a method is expected.")
    return value.upper()


def _path(value: Any) -> str:
    if value is None:
        raise RefusedError(400, "path: it is missing.")
    if not isinstance(value, str) or not value.startswith("/"):
        raise RefusedError(400, "path: a text that begins with / is expected.")
    if found := NOT_IN_PATH.search(value):
        raise RefusedError(400, f"path: {found[0]!r} has to be escaped.")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise RefusedError(400, f"{name}: true or false is expected.")
    return value


def _is_json(headers: dict[str, str | None]) -> bool:
    """Whether a body is sent as it stands: JSON, for want of anything else."""
    found = (value for name, value in headers.items() if name.lower() == "content-type")
    value = next(found, None)
    media_type = (value or "application/json").partition(";")[0].strip().lower()
    return media_type.endswith(("/json", "+json"))


def _text(body: bytes) -> str:
    """A body that is no JSON stands in a JSON text."""
    value = batching.json_text(body)
    if value is None:
        raise RefusedError(400, "body: a text is expected, as it is not sent as JSON.")
    return value


def _decoded(body: str, encoding: Any) -> bytes:
    if encoding != "base64":
        raise RefusedError(400, "encoding: 'base64' is expected.")
    try:
        return b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(400, f"body: it is no base64: {error}.") from None
