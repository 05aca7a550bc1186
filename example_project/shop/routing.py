"""Everything below ``/ws/``."""

from django.urls import path

from shop.consumers import OrderFeed, ReviewFeed, VisitCounter

websockets = [
    path("ws/orders/", OrderFeed.as_asgi()),
    path("ws/reviews/", ReviewFeed.as_asgi()),
    path("ws/visits/", VisitCounter.as_asgi()),
]
