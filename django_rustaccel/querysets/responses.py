"""Responses of JSON for plain Django views."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse

from django_rustaccel.core.jsontext import dumps
from django_rustaccel.core.switch import is_disabled
from django_rustaccel.querysets.export import CHUNK_SIZE, stream_json, stream_ndjson, to_json
from django_rustaccel.querysets.selection import Fields


class JSONResponse(JsonResponse):
    """:class:`django.http.JsonResponse` with its content made natively, for querysets too.

    Args:
        data: What ``JsonResponse`` takes, or a queryset, which becomes a list of objects.
        fields: What each object of a queryset becomes; see
            :func:`~django_rustaccel.querysets.to_json`.
        encoder, safe, json_dumps_params, kwargs: As in ``JsonResponse``.

    Raises:
        TypeError: as ``JsonResponse`` does, for data that is no dict while ``safe``.

    """

    def __init__(
        self,
        data: Any,
        encoder: Any = DjangoJSONEncoder,
        safe: bool = True,
        json_dumps_params: dict[str, Any] | None = None,
        *,
        fields: Fields | None = None,
        **kwargs: Any,
    ) -> None:
        content = _content(data, encoder, safe, json_dumps_params, fields)
        if content is None:
            super().__init__(data, encoder, safe, json_dumps_params, **kwargs)
        else:
            kwargs.setdefault("content_type", "application/json")
            HttpResponse.__init__(self, content, **kwargs)


def _content(
    data: Any, encoder: Any, safe: bool, params: dict[str, Any] | None, fields: Fields | None
) -> bytes | None:
    """The content where it is certain to be stock's; ``None`` for what stock has to make."""
    if isinstance(data, QuerySet):
        return to_json(data, fields)
    if fields is not None:
        raise TypeError("fields are chosen of the objects of a queryset")
    is_stock = encoder is DjangoJSONEncoder and not params
    if not is_stock or is_disabled() or (safe and not isinstance(data, dict)):
        return None
    return dumps(data, True, False, None, True, DjangoJSONEncoder, False)


class StreamingJSONResponse(StreamingHttpResponse):
    """A queryset as a response in parts, with memory for one part, under WSGI and ASGI.

    Args:
        queryset: Read while the response is sent: outside of ``ATOMIC_REQUESTS``.
        fields: What each object becomes; see :func:`~django_rustaccel.querysets.to_json`.
        lines: NDJSON (``application/x-ndjson``) instead of one list.
        chunk_size: Rows in one part.
        kwargs: As in ``StreamingHttpResponse``.

    """

    def __init__(
        self,
        queryset: QuerySet[Any],
        fields: Fields | None = None,
        *,
        lines: bool = False,
        chunk_size: int = CHUNK_SIZE,
        **kwargs: Any,
    ) -> None:
        stream = stream_ndjson if lines else stream_json
        kwargs.setdefault("content_type", "application/x-ndjson" if lines else "application/json")
        super().__init__(stream(queryset, fields, chunk_size=chunk_size), **kwargs)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The parts, each read in the thread that database connections of async code have."""
        parts: Iterator[bytes] = iter(self)
        step = sync_to_async(lambda: next(parts, None))
        while (part := await step()) is not None:
            yield part
