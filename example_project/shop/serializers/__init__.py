"""Plain Django REST framework serializers: nothing here knows of django-rustaccel."""

from shop.serializers.accounts import CustomerSerializer
from shop.serializers.catalogue import (
    AuthorSerializer,
    BookDetailSerializer,
    BookSerializer,
    CoverSerializer,
    PriceSerializer,
    PublisherSerializer,
    TagSerializer,
)
from shop.serializers.orders import (
    BasketLineSerializer,
    OrderLineSerializer,
    OrderSerializer,
    PaymentSerializer,
)
from shop.serializers.reviews import ReviewSerializer

__all__ = [
    "AuthorSerializer",
    "BasketLineSerializer",
    "BookDetailSerializer",
    "BookSerializer",
    "CoverSerializer",
    "CustomerSerializer",
    "OrderLineSerializer",
    "OrderSerializer",
    "PaymentSerializer",
    "PriceSerializer",
    "PublisherSerializer",
    "ReviewSerializer",
    "TagSerializer",
]
