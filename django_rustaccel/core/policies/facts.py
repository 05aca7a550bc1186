"""What a policy knows of a request and its response, whoever serves them, and what it may say.

An adapter (Django, ASGI, WSGI) makes one :class:`Request` for each request and policy, asks
the :class:`Policy`, and does what it says. Nothing here knows a framework.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, MutableMapping
from typing import Any, NamedTuple, Protocol


class Answer(NamedTuple):
    """A response in place of the application's."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Request(ABC):
    """The facts of one request.

    ``native`` is the framework's own object (``HttpRequest``, ASGI scope, WSGI environment), for
    callables of the project. ``kept`` is the policy's own: what it remembers until the response.
    """

    __slots__ = ("kept", "native")

    def __init__(self, native: Any) -> None:
        self.native = native
        self.kept: Any = None

    @property
    @abstractmethod
    def method(self) -> str:
        """The method in capitals."""

    @property
    @abstractmethod
    def path(self) -> str:
        """The decoded path, without the query and the prefix that the application is mounted at."""

    @abstractmethod
    def header(self, name: str) -> str | None:
        """The value of the header with this name in small letters; several are joined by commas."""

    @property
    @abstractmethod
    def peer(self) -> str | None:
        """The address at the other end of the connection; ``None`` for a Unix socket."""

    @property
    @abstractmethod
    def route(self) -> str | None:
        """The pattern that the path matched, not the path; known once a view was found."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters in the path; none where nobody knows them yet."""
        return {}

    @property
    @abstractmethod
    def user_id(self) -> Any:
        """What identifies the authenticated user; ``None`` for an anonymous one."""


class ChunkFilter(Protocol):
    """Changes a body that comes in chunks."""

    def feed(self, chunk: bytes) -> bytes:
        """What to send for this chunk, at once."""

    def finish(self) -> bytes:
        """What to send at the end."""


class Response(ABC):
    """The facts of one response, before anything of it is sent.

    ``headers`` finds names in any case, and changes the response.
    """

    __slots__ = ()

    #: Whether the body passes through the server alone (``sendfile``) and cannot be changed.
    is_opaque = False

    @property
    @abstractmethod
    def status(self) -> int:
        """The status code."""

    @property
    @abstractmethod
    def headers(self) -> MutableMapping[str, str]:
        """The headers; several of one name are joined by commas, setting one replaces them."""

    @property
    @abstractmethod
    def body(self) -> bytes | None:
        """The whole body; ``None`` for one that comes in chunks."""

    @abstractmethod
    def replace_body(self, body: bytes) -> None:
        """Send this in place of the whole body; ``Content-Length`` follows."""

    @abstractmethod
    def filter_chunks(self, chunks: ChunkFilter) -> None:
        """Let the chunks pass through this; ``Content-Length`` goes."""


class Policy:
    """What to do about requests and responses. Every hook does nothing by default.

    The order of calls: :meth:`on_request`; :meth:`on_body`, if :meth:`body_limit` asks for it; then
    :meth:`on_response` or :meth:`on_failure`. After an :class:`Answer` the rest is left out.
    The hooks in ``a…`` are those of async adapters; one that does not wait for anything need not
    be written twice.
    """

    def on_request(self, request: Request) -> Answer | None:
        """Look at a request before the application does."""
        return None

    async def aon_request(self, request: Request) -> Answer | None:
        """:meth:`on_request` on an event loop."""
        return self.on_request(request)

    def body_limit(self, request: Request) -> int | None:
        """How many bytes of body at most :meth:`on_body` takes; ``None``: it need not be read."""
        return None

    def on_body(self, request: Request, body: bytes | None) -> Answer | None:
        """Look at the whole body; ``None`` is one over the limit."""
        return None

    async def aon_body(self, request: Request, body: bytes | None) -> Answer | None:
        """:meth:`on_body` on an event loop."""
        return self.on_body(request, body)

    def on_response(self, request: Request, response: Response) -> None:
        """Look at the response of the application, and change it."""

    def on_failure(self, request: Request) -> None:
        """Learn that the application raised: the server answers with status 500."""
