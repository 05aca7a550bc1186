"""Let only signed requests through to the paths of webhooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django_rustaccel.core.policies.facts import Answer, Policy, Request
from django_rustaccel.core.policies.problems import problem

logger = logging.getLogger("django_rustaccel.webhooks")

MAX_BODY = 1 << 20


class Route(NamedTuple):
    """How requests to some path are checked.

    ``refusal(request, body)`` says why the request is refused, or nothing. ``waits`` says that it
    may wait for a server, so that it must not run on an event loop.
    """

    refusal: Callable[[Request, bytes], str | None]
    max_body: int = MAX_BODY
    waits: bool = False


class WebhookPolicy(Policy):
    """Answers 401 to what is not signed, and 413 to what is longer than it may be.

    `routes` is by path, relative to where the application is mounted; ``*`` at the end stands for
    everything below, the longest path that fits decides. A slash at the end makes no difference,
    so that no spelling of a path that an application also serves goes unchecked.
    """

    def __init__(self, routes: Mapping[str, Route]) -> None:
        """Raise ``ValueError`` for a path that does not start with a slash."""
        if odd := [path for path in routes if not path.startswith("/")]:
            raise ValueError(f"A path begins with a slash: {odd[0]!r}.")
        self._exact = {_plain(path): route for path, route in routes.items() if path[-1] != "*"}
        below = [(_plain(path[:-1]), route) for path, route in routes.items() if path[-1] == "*"]
        self._below = sorted(below, key=lambda item: -len(item[0]))

    def route(self, path: str) -> Route | None:
        """What is asked of requests to this path; ``None`` for nothing."""
        path = _plain(path)
        return self._exact.get(path) or next(
            (route for prefix, route in self._below if f"{path}/".startswith(f"{prefix}/")), None
        )

    def body_limit(self, request: Request) -> int | None:
        """The longest body that is hashed."""
        request.kept = self.route(request.path)
        return None if request.kept is None else request.kept.max_body

    def on_body(self, request: Request, body: bytes | None) -> Answer | None:
        """Refuse what is not signed by whom it should be."""
        if body is None:
            return problem(413, f"The body is longer than {request.kept.max_body} bytes.")
        reason = request.kept.refusal(request, body)
        if reason is None:
            return None
        logger.warning("Webhook refused: %s %r", reason, request.path)
        # RFC 9110 wants a challenge; there is no registered scheme for webhooks.
        return problem(401, reason, ("WWW-Authenticate", "Signature"))

    async def aon_body(self, request: Request, body: bytes | None) -> Answer | None:
        """The same; in a thread if a cache is asked."""
        if request.kept.waits and body is not None:
            return await asyncio.to_thread(self.on_body, request, body)
        return self.on_body(request, body)


def _plain(path: str) -> str:
    return path.rstrip("/")
