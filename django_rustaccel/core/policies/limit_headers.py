"""What a response says of a rate limit: headers, and the body of a refusal.

``RateLimit`` and ``RateLimit-Policy`` are those of draft-ietf-httpapi-ratelimit-headers-10,
problems those of RFC 9457.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator

from django_rustaccel.core.limiting import Decision, Rate
from django_rustaccel.core.policies.facts import Answer

STYLES = ("draft", "legacy")
BODIES = ("problem", "plain")
_PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_TITLE = "Too Many Requests"


def policy_header(rates: list[Rate]) -> str:
    """The value of ``RateLimit-Policy``: every rate under the name of its text."""
    return ", ".join(f"{_name(rate)};q={rate.limit};w={rate.seconds}" for rate in rates)


def limit_headers(
    decision: Decision, rates: list[Rate], policy: str, styles: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """The headers of every response; and ``Retry-After`` of a refusal that waiting ends."""
    if "draft" in styles:
        name, reset = _name(binding(decision, rates)), math.ceil(decision.reset_after)
        yield "RateLimit-Policy", policy
        yield "RateLimit", f"{name};r={decision.remaining};t={reset}"
    if "legacy" in styles:
        yield "X-RateLimit-Limit", str(decision.limit)
        yield "X-RateLimit-Remaining", str(decision.remaining)
        yield "X-RateLimit-Reset", str(math.ceil(time.time() + decision.reset_after))
    if not decision.allowed and math.isfinite(decision.retry_after):
        yield "Retry-After", str(_whole(decision.retry_after))


def binding(decision: Decision, rates: list[Rate]) -> Rate:
    """The rate that a decision is of."""
    return next((rate for rate in rates if rate.limit == decision.limit), rates[0])


def refusal(decision: Decision, rates: list[Rate], body: str) -> Answer:
    """A response of status 429, without the headers of the limit."""
    detail = "This call is larger than the limit."
    if math.isfinite(decision.retry_after):
        detail = f"Try again in {_whole(decision.retry_after)} seconds."
    if body == "plain":
        text = f"{_TITLE}. {detail}\n".encode()
        return Answer(429, [("Content-Type", "text/plain; charset=utf-8")], text)
    problem = {
        "type": _PROBLEM,
        "title": _TITLE,
        "status": 429,
        "detail": detail,
        "violated-policies": [binding(decision, rates).text],
    }
    headers = [("Content-Type", "application/problem+json")]
    return Answer(429, headers, json.dumps(problem).encode())


def _whole(seconds: float) -> int:
    """Rounded up, so that who comes back then is let in."""
    return max(1, math.ceil(seconds))


def _name(rate: Rate) -> str:
    """A structured field's string (RFC 9651); rates are written in digits, letters and spaces."""
    return f'"{rate.text}"'
