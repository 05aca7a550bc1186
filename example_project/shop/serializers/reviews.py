"""Reviews, each by whoever sends it."""

from rest_framework import serializers

from shop.models import Review


class ReviewSerializer(serializers.ModelSerializer[Review]):
    customer = serializers.HiddenField(default=serializers.CurrentUserDefault())
    by = serializers.CharField(source="customer.username", read_only=True)

    class Meta:
        model = Review
        fields = ["id", "book", "customer", "by", "stars", "text", "created"]
        read_only_fields = ["created"]
