"""Everything below ``/ws/``."""

from typing import Any

from django.urls import path

from shop.consumers import OrderFeed, PriceFeed, ReviewFeed, VisitCounter

# The stubs of Django know views alone.
_path: Any = path
websockets = [
    _path("ws/orders/", OrderFeed.as_asgi()),
    _path("ws/prices/", PriceFeed.as_asgi()),
    _path("ws/reviews/", ReviewFeed.as_asgi()),
    _path("ws/visits/", VisitCounter.as_asgi()),
]
