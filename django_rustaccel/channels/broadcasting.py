"""One message for all members of a group, encoded once."""

from __future__ import annotations

from typing import Any

from asgiref.sync import async_to_sync
from channels import DEFAULT_CHANNEL_LAYER
from channels.exceptions import InvalidChannelLayerError
from channels.layers import get_channel_layer

from django_rustaccel.channels.text import encode

#: The type of a broadcast in the channel layer; Channels calls the method of this name.
TYPE = "rustaccel.text"


async def broadcast(
    group: str, data: Any, *, layer: str = DEFAULT_CHANNEL_LAYER, message_type: str = TYPE
) -> None:
    """Send `data` as JSON to all members of a group.

    It is encoded here, once, as ``encode_json`` of Channels' consumers does; ``bytes`` are taken
    for JSON in UTF-8 and sent as they are. What is in the layer is ``{"type": …, "text": …}``.

    Parameters: the name of a `group`, the alias of a channel `layer`, and the type of the layer's
    message, for members that handle one of their own. Raises ``InvalidChannelLayerError`` where no
    such layer is configured, and ``TypeError`` for what JSON has no form for.
    """
    text = data.decode() if isinstance(data, bytes) else encode(data)
    channel_layer = get_channel_layer(layer)
    if channel_layer is None:
        raise InvalidChannelLayerError(f"No channel layer {layer!r} is configured.")
    await channel_layer.group_send(group, {"type": message_type, "text": text})


def broadcast_sync(
    group: str, data: Any, *, layer: str = DEFAULT_CHANNEL_LAYER, message_type: str = TYPE
) -> None:
    """:func:`broadcast` of code that is not async: views, signals, commands, workers."""
    async_to_sync(broadcast)(group, data, layer=layer, message_type=message_type)


class AsyncBroadcastMixin:
    """Makes any async WebSocket consumer take broadcasts."""

    async def rustaccel_text(self, event: dict[str, Any]) -> None:
        """Send the text of a broadcast as it is."""
        await self.send(text_data=event["text"])  # type: ignore[attr-defined]


class BroadcastMixin:
    """Makes any WebSocket consumer that is not async take broadcasts."""

    def rustaccel_text(self, event: dict[str, Any]) -> None:
        """Send the text of a broadcast as it is."""
        self.send(text_data=event["text"])  # type: ignore[attr-defined]
