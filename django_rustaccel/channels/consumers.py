"""Drop-ins for Channels' JSON consumers, with limits and validation of what comes in.

Without an option they do what Channels' do, byte for byte and error for error. With one of
:class:`Options` set, a message that is not taken is answered by a frame or a close code in place
of an exception that ends the connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic import websocket as stock

from django_rustaccel.channels.broadcasting import AsyncBroadcastMixin, BroadcastMixin
from django_rustaccel.channels.connections import IS_KNOWN_DISPATCH, none_is_open
from django_rustaccel.channels.refusals import (
    CLOSE_CODES,
    UNREADABLE,
    Refusal,
    check_text,
    rate_limited,
    unreadable,
    validated,
)
from django_rustaccel.channels.text import decode, encode
from django_rustaccel.core.switch import is_disabled

if TYPE_CHECKING:
    from django_rustaccel.channels.pipeline import MessagePipeline
    from django_rustaccel.core.limiting import Limiter
    from django_rustaccel.validation import Validator


logger = logging.getLogger("django_rustaccel.channels")


class Options:
    """What a consumer takes; ``None`` is no limit.

    ``max_size`` is in bytes of UTF-8; ``max_depth`` counts brackets that are open at the same time;
    ``limiter`` says how often, counted by :meth:`rate_key`; ``receive_json`` is given the valid
    data of the ``validator``; ``close_codes`` are the refusals that end the connection, and the
    codes they end it with.
    """

    max_size: ClassVar[int | None] = None
    max_depth: ClassVar[int | None] = None
    limiter: ClassVar[Limiter | None] = None
    validator: ClassVar[Validator | None] = None
    close_codes: ClassVar[Mapping[str, int]] = CLOSE_CODES

    def rate_key(self) -> str:
        """What messages are counted by: this connection, unless overridden."""
        return self._connection_key

    @cached_property
    def _connection_key(self) -> str:
        return f"ws:{uuid4().hex}"

    @property
    def _is_plain(self) -> bool:
        options = (self.max_size, self.max_depth, self.limiter, self.validator)
        return all(option is None for option in options)


class JsonWebsocketConsumer(BroadcastMixin, Options, stock.JsonWebsocketConsumer):
    """Drop-in for :class:`channels.generic.websocket.JsonWebsocketConsumer`."""

    def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Take a frame, or refuse it."""
        if self._is_plain:
            super().receive(text_data, bytes_data, **kwargs)
            return
        try:
            content = self._content(text_data)
        except Refusal as refusal:
            self.refuse(refusal)
        else:
            self.receive_json(content, **kwargs)

    def _content(self, text_data: str | None) -> Any:
        if self.limiter is not None:
            rate_limited(self.limiter.hit(self.rate_key()))
        text = check_text(text_data, self.max_size, self.max_depth)
        try:
            content = self.decode_json(text)
        except UNREADABLE as error:
            raise unreadable(error) from error
        return content if self.validator is None else validated(self.validator, content)

    def refuse(self, refusal: Refusal) -> None:
        """Tell the client that a message was not taken."""
        code = self.close_codes.get(refusal.code)
        if code is None:
            self.send_json(refusal.frame())
        else:
            self.close(code, refusal.message)

    @classmethod
    def decode_json(cls, text_data: str) -> Any:
        """``json.loads(text_data)``."""
        return decode(text_data)

    @classmethod
    def encode_json(cls, content: Any) -> str:
        """``json.dumps(content)``."""
        return encode(content)


class AsyncJsonWebsocketConsumer(AsyncBroadcastMixin, Options, stock.AsyncJsonWebsocketConsumer):
    """Drop-in for :class:`channels.generic.websocket.AsyncJsonWebsocketConsumer`.

    A ``pipeline`` takes all messages in the place of ``decode_json`` and ``receive_json``, and the
    connection ends when it has handled them. Validators run in a thread, as they may ask the
    database; ``validates_on_loop = True`` saves the way there for one that does not.
    """

    pipeline: ClassVar[MessagePipeline | None] = None
    validates_on_loop: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.pipeline is not None and cls.validator is not None:
            raise TypeError(f"{cls.__name__}: the validator belongs to the pipeline.")

    async def dispatch(self, message: Any) -> None:
        """Give a message to the method of its type, without going to a thread in vain."""
        if is_disabled() or not (IS_KNOWN_DISPATCH and await none_is_open()):
            await super().dispatch(message)
        elif handler := getattr(self, get_handler_name(message), None):
            await handler(message)
        else:
            raise ValueError(f"No handler for message type {message['type']}")

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Take a frame, or refuse it."""
        if self._is_plain and self.pipeline is None:
            await super().receive(text_data, bytes_data, **kwargs)
            return
        try:
            text = await self._text(text_data)
            if self.pipeline is not None:
                await self._hand_over(text, self.pipeline)
                return
            content = await self._content(text)
        except Refusal as refusal:
            await self.refuse(refusal)
        else:
            await self.receive_json(content, **kwargs)

    async def _text(self, text_data: str | None) -> str:
        if self.limiter is not None:
            rate_limited(await self.limiter.ahit(self.rate_key()))
        return check_text(text_data, self.max_size, self.max_depth)

    async def _content(self, text: str) -> Any:
        try:
            content = await self.decode_json(text)
        except UNREADABLE as error:
            raise unreadable(error) from error
        if self.validator is None:
            return content
        if self.validates_on_loop:
            return validated(self.validator, content)
        return await database_sync_to_async(validated)(self.validator, content)

    async def _hand_over(self, text: str, pipeline: MessagePipeline) -> None:
        # A client that does not read its error frames is not read either.
        if self._refusing:
            await asyncio.wait(self._refusing)
        loop = asyncio.get_running_loop()

        def on_refusal(refusal: Refusal) -> None:
            loop.call_soon_threadsafe(self._refuse_soon, refusal)

        await pipeline.put(text, source=self, on_refusal=on_refusal)

    @cached_property
    def _refusing(self) -> set[asyncio.Task[None]]:
        """Error frames on their way."""
        return set()

    def _refuse_soon(self, refusal: Refusal) -> None:
        task = asyncio.ensure_future(self.refuse(refusal))
        self._refusing.add(task)
        task.add_done_callback(self._refused)

    def _refused(self, task: asyncio.Task[None]) -> None:
        self._refusing.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.debug("A refusal came to nobody", exc_info=error)

    async def websocket_disconnect(self, message: Any) -> None:
        """End the connection when everything that came from it has been handled."""
        if self.pipeline is not None:
            await self.pipeline.drain()
            await asyncio.gather(*self._refusing, return_exceptions=True)
        await super().websocket_disconnect(message)

    async def refuse(self, refusal: Refusal) -> None:
        """Tell the client that a message was not taken."""
        code = self.close_codes.get(refusal.code)
        if code is None:
            await self.send_json(refusal.frame())
        else:
            await self.close(code, refusal.message)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """``json.loads(text_data)``."""
        return decode(text_data)

    @classmethod
    async def encode_json(cls, content: Any) -> str:
        """``json.dumps(content)``."""
        return encode(content)
