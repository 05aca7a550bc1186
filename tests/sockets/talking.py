"""Conversations with a consumer inside this process."""

import asyncio
from typing import Any

from django.test import override_settings

IN_MEMORY = override_settings(
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
)
SCOPE: dict[str, Any] = {"type": "websocket", "path": "/", "headers": [], "subprotocols": []}


def answers(consumer: Any, *frames: str | bytes) -> list[Any]:
    """What the server sends for these frames, and the exception if one ends the connection."""
    return asyncio.run(talk(consumer, *frames))


async def talk(consumer: Any, *frames: str | bytes) -> list[Any]:
    """:func:`answers` on an event loop."""
    messages: list[dict[str, Any]] = [{"type": "websocket.connect"}]
    for frame in frames:
        kind = "text" if isinstance(frame, str) else "bytes"
        messages.append({"type": "websocket.receive", kind: frame})
    waiting = iter([*messages, {"type": "websocket.disconnect", "code": 1000}])
    sent: list[Any] = []

    async def receive() -> Any:
        return next(waiting, None) or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await consumer.as_asgi()(dict(SCOPE), receive, send)
    except Exception as error:
        sent.append((type(error), str(error)))
    accepted, *others = sent
    assert accepted["type"] == "websocket.accept"
    return others
