"""JSON over WebSockets with Django Channels: consumers, broadcasts, and a pipeline of messages::

    class Prices(AsyncJsonWebsocketConsumer):
        groups = ["prices"]
        validator = Validator(OrderSerializer)
        max_size = 64_000


    await broadcast("prices", {"symbol": "ACME", "price": 12})

Needs the extra ``channels``.
"""

from __future__ import annotations

try:
    import channels  # noqa: F401
except ModuleNotFoundError as error:
    from django_rustaccel.exceptions import MissingDependencyError

    message = "Channels is not installed: pip install 'django-rustaccel[channels]'"
    raise MissingDependencyError(message, name=error.name) from None

from django_rustaccel.channels.batches import Message
from django_rustaccel.channels.broadcasting import (
    AsyncBroadcastMixin,
    BroadcastMixin,
    broadcast,
    broadcast_sync,
)
from django_rustaccel.channels.changes import publish_changes
from django_rustaccel.channels.consumers import AsyncJsonWebsocketConsumer, JsonWebsocketConsumer
from django_rustaccel.channels.pipeline import MessagePipeline
from django_rustaccel.channels.refusals import Refusal

__all__ = [
    "AsyncBroadcastMixin",
    "AsyncJsonWebsocketConsumer",
    "BroadcastMixin",
    "JsonWebsocketConsumer",
    "Message",
    "MessagePipeline",
    "Refusal",
    "broadcast",
    "broadcast_sync",
    "publish_changes",
]
