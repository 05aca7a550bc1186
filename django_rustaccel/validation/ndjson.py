"""Lines of a stream, each with its number, and none longer than memory allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

#: Lines looked at together.
CHUNK = 500
#: Bytes of a line, 16 MiB.
MAX_LINE = 1 << 24


class LineError(ValueError):
    """A line that was not read."""


def lines(
    stream: BinaryIO | Iterable[bytes | str], max_line: int = MAX_LINE
) -> Iterator[tuple[int, bytes | str | LineError]]:
    """Each line that is not empty, with its number from 1."""
    readline = getattr(stream, "readline", None)
    found = iter(stream) if readline is None else _read(readline, max_line)
    for number, line in enumerate(found, start=1):
        if len(line) > max_line:
            yield number, LineError(f"The line has more than {max_line:,} bytes")
        elif line.strip():
            yield number, line


def _read(readline: Any, max_line: int) -> Iterator[Any]:
    """Lines of a file without their ends, and the beginnings of those that are too long."""
    limit = max_line + len("\r\n")
    while line := readline(limit):
        rest = line
        while len(rest) == limit and _body(rest) == rest:
            rest = readline(limit)
        yield _body(line)


def _body(line: Any) -> Any:
    """A line without its end."""
    return line.rstrip(b"\r\n" if isinstance(line, bytes) else "\r\n")
