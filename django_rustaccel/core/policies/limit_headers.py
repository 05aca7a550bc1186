"""What a response says of a rate limit: headers, and the body of a refusal.

``RateLimit`` and ``RateLimit-Policy`` are those of draft-ietf-httpapi-ratelimit-headers-10,
problems those of RFC 9457.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, MutableMapping

from django_rustaccel.core.limiting import Decision, Rate
from django_rustaccel.core.policies.facts import Answer

STYLES = ("draft", "legacy")
BODIES = ("problem", "plain")
_PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_TITLE = "Too Many Requests"


#: One of them in a response, by style: somebody has told of a limit.
_TOLD = {"draft": "RateLimit", "legacy": "X-RateLimit-Limit"}

Headers = list[tuple[str, str]]


class LimitHeaders:
    """The headers that tell of the decisions on some rates, in some of :data:`STYLES`."""

    def __init__(self, rates: list[Rate], styles: Iterable[str]) -> None:
        policy = ", ".join(f"{_name(rate)};q={rate.limit};w={rate.seconds}" for rate in rates)
        self._policy = "RateLimit-Policy", policy
        self._names = {rate.limit: _name(rate) for rate in reversed(rates)}
        self._first = _name(rates[0])
        styles = tuple(styles)
        self._makers = [maker for style, maker in self._by_style().items() if style in styles]
        self._told = [_TOLD[style] for style in styles]

    def add(self, headers: MutableMapping[str, str], decision: Decision) -> None:
        """Tell a response of a decision, unless it tells of another one."""
        for name in self._told:
            if name in headers:
                return
        for name, value in self.of(decision):
            headers[name] = value

    def of(self, decision: Decision) -> Headers:
        """The headers of a response; with ``Retry-After`` for a refusal that waiting ends."""
        headers: Headers = []
        for maker in self._makers:
            headers += maker(decision)
        if not decision.allowed and math.isfinite(decision.retry_after):
            headers.append(("Retry-After", str(_whole(decision.retry_after))))
        return headers

    def _by_style(self) -> dict[str, Callable[[Decision], Headers]]:
        return {"draft": self._draft, "legacy": self._legacy}

    def _draft(self, decision: Decision) -> Headers:
        name = self._names.get(decision.limit, self._first)
        told = f"{name};r={decision.remaining};t={math.ceil(decision.reset_after)}"
        return [self._policy, ("RateLimit", told)]

    def _legacy(self, decision: Decision) -> Headers:
        return [
            ("X-RateLimit-Limit", str(decision.limit)),
            ("X-RateLimit-Remaining", str(decision.remaining)),
            ("X-RateLimit-Reset", str(math.ceil(time.time() + decision.reset_after))),
        ]


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
        "violated-policies": [_binding(decision, rates).text],
    }
    headers = [("Content-Type", "application/problem+json")]
    return Answer(429, headers, json.dumps(problem).encode())


def _binding(decision: Decision, rates: list[Rate]) -> Rate:
    return next((rate for rate in rates if rate.limit == decision.limit), rates[0])


def _whole(seconds: float) -> int:
    """Rounded up, so that who comes back then is let in."""
    return max(1, math.ceil(seconds))


def _name(rate: Rate) -> str:
    """A structured field's string (RFC 9651); rates are written in digits, letters and spaces."""
    return f'"{rate.text}"'
