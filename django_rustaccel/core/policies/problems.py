"""Refusals as problem details, RFC 9457."""

from __future__ import annotations

import json
from http import HTTPStatus

from django_rustaccel.core.policies.facts import Answer


def problem(status: int, detail: str, *headers: tuple[str, str]) -> Answer:
    """An answer of this status with ``application/problem+json`` that says why."""
    title = HTTPStatus(status).phrase
    body = json.dumps({"title": title, "status": status, "detail": detail}).encode()
    return Answer(status, [("Content-Type", "application/problem+json"), *headers], body)
