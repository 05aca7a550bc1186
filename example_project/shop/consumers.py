"""WebSockets: what is new, and what the shop's apps report."""

from typing import Any

from rest_framework import serializers

from django_rustaccel.channels import AsyncJsonWebsocketConsumer, Message, MessagePipeline
from django_rustaccel.ratelimit import Limiter
from django_rustaccel.validation import Validator
from shop import feeds
from shop.models import Visit


class ChoiceSerializer(serializers.Serializer[dict[str, Any]]):
    """Which book a client wants to hear of; ``null`` for all."""

    book = serializers.IntegerField(min_value=1, allow_null=True)


class ReviewFeed(AsyncJsonWebsocketConsumer):
    """New reviews, of all books until the client chooses one: ``{"book": 7}``."""

    groups = [feeds.REVIEWS]
    validator = Validator(ChoiceSerializer)
    validates_on_loop = True  # it asks no database
    max_size = 1000
    max_depth = 2
    limiter = Limiter("10/s")

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Listen to one book, or again to all."""
        group = feeds.REVIEWS if content["book"] is None else feeds.reviews_of(content["book"])
        for left in self.groups:
            await self.channel_layer.group_discard(left, self.channel_name)
        self.groups = [group]  # what the consumer leaves when it disconnects
        await self.channel_layer.group_add(group, self.channel_name)
        await self.send_json({"listening": content["book"]})


class OrderFeed(AsyncJsonWebsocketConsumer):
    """New orders and payments: those of the customer, and for the staff all."""

    async def connect(self) -> None:
        """Refuse who is not logged in."""
        user: Any = self.scope["user"]
        if not user.is_authenticated:
            await self.close()
            return
        self.groups = [feeds.ORDERS if user.is_staff else feeds.orders_of(user.pk)]
        await self.channel_layer.group_add(self.groups[0], self.channel_name)
        await self.accept()


class PriceFeed(AsyncJsonWebsocketConsumer):
    """New prices, as soon as the staff has set them."""

    groups = [feeds.PRICES]


def store_visits(visits: list[Message]) -> None:
    """Write what came in since the last time, by one statement."""
    Visit.objects.bulk_create(Visit(**visit.data) for visit in visits)


class VisitCounter(AsyncJsonWebsocketConsumer):
    """Takes ``{"book": 7, "seconds": 12}`` as fast as they come; they are written in batches."""

    pipeline = MessagePipeline(
        store_visits, validator=Validator(Visit, ["book", "seconds"]), capacity=10_000
    )
    max_size = 1000
    limiter = Limiter("100/s")
