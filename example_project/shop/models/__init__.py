"""What the bookshop keeps: the catalogue, reviews of it, and orders."""

from shop.models.catalogue import Author, Book, Publisher, Tag
from shop.models.orders import Order, OrderLine
from shop.models.reviews import Review
from shop.models.visits import Visit

__all__ = ["Author", "Book", "Order", "OrderLine", "Publisher", "Review", "Tag", "Visit"]
