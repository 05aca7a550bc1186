"""Reviews: everybody reads, customers write one for a book and may take it back."""

from typing import Any

from django.db import transaction
from rest_framework import mixins
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from shop.api.filters import ReviewFilter
from shop.api.pagination import NewestFirstPagination
from shop.api.permissions import IsOwnOrReadOnly
from shop.api.throttling import ReviewRateThrottle
from shop.models import Review
from shop.serializers import ReviewSerializer


class ReviewViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet[Review],
):
    queryset = Review.objects.select_related("customer")
    serializer_class = ReviewSerializer
    permission_classes = [IsAuthenticatedOrReadOnly, IsOwnOrReadOnly]
    throttle_classes = [ReviewRateThrottle]
    pagination_class = NewestFirstPagination
    filterset_class = ReviewFilter

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Save the review, and with it the rating of its book."""
        serializer.save().book.refresh_rating()

    @transaction.atomic
    def perform_destroy(self, instance: Review) -> None:
        """Take the review back, and with it what it did to the rating."""
        instance.delete()
        instance.book.refresh_rating()
