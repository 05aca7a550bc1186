"""The view that takes a batch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from http.cookies import SimpleCookie
from inspect import iscoroutine
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.views import APIView

from django_rustaccel import subrequests
from django_rustaccel.core import batching
from django_rustaccel.drf.batch.limits import FORBIDDEN_HEADERS, Limits
from django_rustaccel.drf.batch.parsers import BatchParser
from django_rustaccel.drf.batch.parts import read_parts
from django_rustaccel.drf.batch.renderers import EnvelopeRenderer, LinesRenderer
from django_rustaccel.drf.batch.runs import Done, Run, Sender, depth_of
from django_rustaccel.drf.batch.schema import BatchSchema, operation
from django_rustaccel.subrequests.handlers import handler_of


class BatchView(APIView):
    """Carries many calls in one request, and their answers in one response.

    Every part goes through the whole site, middleware and all, as a request of the same client:
    with the headers, and so with the cookies and the credentials, of the batch.
    """

    parser_classes = (BatchParser,)
    renderer_classes = (EnvelopeRenderer, LinesRenderer)
    schema = BatchSchema()

    #: How many parts a batch may have.
    max_parts: int = 100
    #: How many bytes; ``None`` for ``DATA_UPLOAD_MAX_MEMORY_SIZE``, which no batch may exceed.
    max_bytes: int | None = None
    #: How many bytes the body of a part may have, with what its references stand for.
    max_part_bytes: int = 1 << 20
    #: How many bytes the bodies of all answers may have together.
    max_answer_bytes: int = 32 << 20
    #: How many containers may be within one another in the body of a part.
    max_depth: int = 64
    #: How many batches a batch may be in.
    max_nesting: int = 0
    #: How many parts of a batch that is answered as they finish are on their way, on an event loop.
    concurrency: int = 8
    #: What transactions are opened in.
    databases: ClassVar[tuple[str, ...]] = (DEFAULT_DB_ALIAS,)
    #: Beginnings of the paths that parts may ask for. A proxy that guards others sees no parts.
    allowed_paths: tuple[str, ...] = ("/",)
    #: Headers that no part may bring, in small letters; beginnings of names end with a hyphen.
    forbidden_headers: tuple[str, ...] = FORBIDDEN_HEADERS

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """The view. Raises ``ImproperlyConfigured`` for limits that are none."""
        view: Any = super().as_view(**initkwargs)
        _check(cls(**initkwargs))
        for alias in connections:
            # The parts have the transactions that ``ATOMIC_REQUESTS`` gives their views.
            view = transaction.non_atomic_requests(using=alias)(view)
        return view

    @classmethod
    def openapi_schema(cls) -> dict[str, Any]:
        """The OpenAPI 3 operation that describes a ``POST`` to the view."""
        return operation(cls)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answer a batch."""
        run, atomic = self._read(request)
        if self._is_streamed(request):
            return self._streamed(run, atomic)
        done = list(self._done(run, atomic))
        return self._answered(done)

    def _read(self, request: Request) -> tuple[Run, Any]:
        outer = request._request
        if depth_of(outer) > self.max_nesting:
            raise exceptions.ParseError("A batch may not be in a batch here.")
        # Nothing was parsed where nothing was sent.
        data: Any = request.data
        body = data if isinstance(data, bytes) else b""
        try:
            calls, members = batching.split(body, self.max_parts)
        except batching.MalformedBatchError as error:
            raise exceptions.ParseError(str(error)) from None
        atomic = self._options(calls, members)
        limits = Limits(
            self.max_parts, self.max_part_bytes, self.max_depth, tuple(self.forbidden_headers)
        )
        parts = read_parts(calls or [], subrequests.inherited(outer), limits)
        subrequests.share_caches()
        sender = Sender(
            handler_of(outer),
            subrequests.caller_of(outer),
            depth_of(outer) + 1,
            tuple(self.allowed_paths),
            self.max_part_bytes,
            self.max_answer_bytes,
        )
        return Run(parts, sender), atomic

    def _options(self, calls: Any, members: dict[str, Any]) -> Any:
        if calls is None:
            raise exceptions.ParseError("requests: a list is expected.")
        if len(calls) > self.max_parts:
            raise exceptions.ParseError(f"A batch may have {self.max_parts} parts.")
        atomic = members.pop("atomic", False)
        if members:
            raise exceptions.ParseError(f"There is no member {min(members)!r} of a batch.")
        if not (isinstance(atomic, bool) or atomic == "part"):
            raise exceptions.ParseError("atomic: false, true or 'part' is expected.")
        return atomic

    def _is_streamed(self, request: Request) -> bool:
        return isinstance(request.accepted_renderer, LinesRenderer)

    def _done(self, run: Run, atomic: Any) -> Iterator[Done]:
        if atomic is True:
            return iter(run.all_or_nothing(self.databases))
        return run.each(self.databases if atomic else ())

    async def _adone(self, run: Run, atomic: Any) -> AsyncIterator[Done]:
        if atomic is True:
            for done in await sync_to_async(run.all_or_nothing)(self.databases):
                yield done
        else:
            async for done in run.aeach(self.databases if atomic else ()):
                yield done

    def _answered(self, done: list[Done]) -> HttpResponse:
        body = batching.join(answer.entry(part.id) for part, answer in done)
        response = HttpResponse(body, content_type="application/json")
        for _, answer in done:
            if not answer.rolled_back:
                response.cookies.update(answer.cookies)
        _follow_session(self.request._request, response.cookies)
        return response

    def _streamed(self, run: Run, atomic: Any) -> StreamingHttpResponse:
        is_async = subrequests.is_async(self.request._request)
        lines: Any = self._alines if is_async else self._lines
        return StreamingHttpResponse(lines(run, atomic), content_type=LinesRenderer.media_type)

    def _lines(self, run: Run, atomic: Any) -> Iterator[bytes]:
        for part, answer in self._done(run, atomic):
            yield batching.line(answer.entry(part.id))

    async def _alines(self, run: Run, atomic: Any) -> AsyncIterator[bytes]:
        done = self._adone(run, atomic) if atomic else run.as_finished(self.concurrency)
        async for part, answer in done:
            yield batching.line(answer.entry(part.id))


class AsyncBatchView(BatchView):
    """A :class:`BatchView` that stays on the event loop."""

    async def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """What ``APIView.dispatch`` does; what may ask the database runs in a thread."""
        self.args, self.kwargs = args, kwargs
        own = self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            await sync_to_async(self.initial)(own, *args, **kwargs)
            method = (own.method or "").lower()
            allowed = method in self.http_method_names
            answer: Any = getattr(self, method, None) if allowed else None
            response = (answer or self.http_method_not_allowed)(own, *args, **kwargs)
            if iscoroutine(response):
                response = await response
        except Exception as error:
            response = await sync_to_async(self.handle_exception)(error)
        self.response = self.finalize_response(own, response, *args, **kwargs)
        return self.response

    async def post(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        """Answer a batch."""
        run, atomic = self._read(request)
        if self._is_streamed(request):
            return self._streamed(run, atomic)
        done = [done async for done in self._adone(run, atomic)]
        return self._answered(done)


def _follow_session(request: HttpRequest, cookies: SimpleCookie) -> None:
    """Forget the session as it was: parts have changed it, ended it or begun another."""
    session, cookie = getattr(request, "session", None), cookies.get(settings.SESSION_COOKIE_NAME)
    if session is None or session.modified:
        return
    if cookie is None and not settings.SESSION_SAVE_EVERY_REQUEST:
        return
    key = session.session_key if cookie is None else cookie.value
    request.session = type(session)(key or None)


def _check(view: BatchView) -> None:
    bounds = {
        "max_parts": 1, "max_part_bytes": 0, "max_answer_bytes": 0, "max_depth": 0,
        "max_nesting": 0, "concurrency": 1,
    }  # fmt: skip
    for name, least in bounds.items():
        _check_number(view, name, least)
    if view.max_bytes is not None:
        _check_number(view, "max_bytes", 1)
    if unknown := set(view.databases) - set(connections):
        raise ImproperlyConfigured(f"{type(view).__name__}.databases: there is no {min(unknown)!r}")


def _check_number(view: BatchView, name: str, least: int) -> None:
    value = getattr(view, name)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        message = f"{type(view).__name__}.{name} is a whole number of at least {least}"
        raise ImproperlyConfigured(f"{message}, not {value!r}")
