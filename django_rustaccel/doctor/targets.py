"""Which requests stand for the use of a site: named ones, or what its URLs offer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.urls import URLResolver, get_resolver
from django.utils.regex_helper import normalize

#: ``[METHOD] path [JSON body]``.
_LINE = re.compile(r"(?:(?P<method>[A-Z]+)\s+)?(?P<path>/\S*)(?:\s+(?P<body>\S.*))?", re.DOTALL)
METHODS = frozenset(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"])


class Target(NamedTuple):
    """One request of a sample."""

    method: str
    path: str
    body: str = ""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def parse(line: str) -> Target:
    """``"/api/books/"``, ``"GET /api/books/?page=2"`` or ``'POST /api/books/ {"title": …}'``.

    Raises ``ValueError`` for anything else.
    """
    found = _LINE.fullmatch(line.strip())
    method = (found["method"] or "GET") if found else ""
    if found is None or method not in METHODS:
        raise ValueError(f"{line.strip()!r} is neither a path nor METHOD and path")
    return Target(method, found["path"], found["body"] or "")


def in_file(path: str) -> list[Target]:
    """The requests in a file, one a line; empty lines and those from ``#`` on are left out.

    Raises ``OSError`` for a file that cannot be read, ``ValueError`` for a line that is no request.
    """
    lines = Path(path).read_text("utf-8").splitlines()
    kept = (line for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return [parse(line) for line in kept]


def weighed(targets: Iterable[Target]) -> dict[Target, int]:
    """Each request once, and how often it stands there."""
    return dict(Counter(targets))


def of_urlconf() -> list[Target]:
    """``GET`` of each view of Django REST framework whose URL has no arguments."""
    found = {f"/{path}": None for path, view in _routes(get_resolver(), "") if _answers_get(view)}
    return [Target("GET", path) for path in found]


def _routes(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = _path(pattern.pattern.regex.pattern)
        if path is None:
            continue
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, prefix + path)
        else:
            yield prefix + path, pattern.callback


def _path(regex: str) -> str | None:
    """The path that an expression stands for; ``None`` where it takes arguments."""
    shapes = normalize(regex.removeprefix("^"))
    return next((path for path, parameters in shapes if not parameters), None)


def _answers_get(view: Any) -> bool:
    from rest_framework.views import APIView

    cls = getattr(view, "cls", None) or getattr(view, "view_class", None)
    if not (isinstance(cls, type) and issubclass(cls, APIView)):
        return False
    actions = getattr(view, "actions", None)  # of a view set
    return "get" in actions if actions is not None else hasattr(cls, "get")
