"""What lists can be narrowed by."""

from django_filters import rest_framework as filters

from shop.models import Book, Review


class BookFilter(filters.FilterSet):
    price = filters.RangeFilter()  # price_min, price_max
    published = filters.DateFromToRangeFilter()  # published_after, published_before

    class Meta:
        model = Book
        fields = ["publisher", "author", "tags", "status", "in_print", "price", "published"]


class ReviewFilter(filters.FilterSet):
    class Meta:
        model = Review
        fields = ["book", "stars"]
