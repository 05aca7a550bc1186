"""Baskets, orders, and what the payment provider tells of them."""

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers

from shop.models import Book, Order, OrderLine
from shop.ordering import place_order

ON_SALE = Book.objects.filter(status=Book.Status.ON_SALE)


class OrderLineSerializer(serializers.ModelSerializer[OrderLine]):
    book = serializers.PrimaryKeyRelatedField(queryset=ON_SALE)

    class Meta:
        model = OrderLine
        fields = ["book", "title", "quantity", "price"]
        read_only_fields = ["title", "price"]


class OrderSerializer(serializers.ModelSerializer[Order]):
    lines = OrderLineSerializer(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]

    class Meta:
        model = Order
        fields = ["id", "reference", "status", "total", "created", "paid", "lines"]
        read_only_fields = ["status", "total", "created", "paid"]

    def validate_lines(self, lines: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Refuse two lines of one book."""
        if len({line["book"].pk for line in lines}) < len(lines):
            raise serializers.ValidationError("A book can stand in one line only.")
        return lines

    def create(self, validated_data: dict[str, Any]) -> Order:
        """Place the order; the view says whose it is."""
        return place_order(**validated_data)


class BasketLineSerializer(serializers.Serializer[dict[str, Any]]):
    """A line of a basket, which is kept by the client and not in the database."""

    book = serializers.PrimaryKeyRelatedField(queryset=ON_SALE)
    quantity = serializers.IntegerField(default=1, min_value=1, max_value=OrderLine.MOST_COPIES)


class PaidSerializer(serializers.Serializer[dict[str, Any]]):
    reference = serializers.CharField(max_length=40)
    amount = serializers.IntegerField(min_value=0, help_text="In cents.")


class PaymentSerializer(serializers.Serializer[dict[str, Any]]):
    """An event of the payment provider; ``payment`` belongs to those about one."""

    type = serializers.CharField(max_length=100)
    payment = PaidSerializer(required=False)
