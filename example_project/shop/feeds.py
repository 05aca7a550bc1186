"""Which changes of the database are told to which WebSockets."""

from collections.abc import Iterable

from django.db import transaction

from django_rustaccel.channels import broadcast_sync, publish_changes
from shop.models import Book, Order, Review
from shop.serializers import OrderSerializer, ReviewSerializer

REVIEWS = "reviews"
ORDERS = "orders"
PRICES = "prices"


def reviews_of(book: int) -> str:
    """The group of those who look at one book."""
    return f"reviews-{book}"


def orders_of(customer: int) -> str:
    """The group of the connections of one customer."""
    return f"orders-{customer}"


def publish() -> None:
    """Tell of reviews to everybody, of orders to their customer and the staff."""
    reviews = Review.objects.select_related("customer")
    publish_changes(reviews, ReviewSerializer, lambda review: [REVIEWS, reviews_of(review.book_id)])
    orders = Order.objects.prefetch_related("lines")
    publish_changes(orders, OrderSerializer, lambda order: [ORDERS, orders_of(order.customer_id)])


def tell_prices(books: Iterable[Book]) -> None:
    """Tell everybody of new prices once they are committed: `bulk_update` sends no signals."""
    told = [{"book": book.pk, "price": str(book.price)} for book in books]
    transaction.on_commit(lambda: broadcast_sync(PRICES, told), robust=True)
