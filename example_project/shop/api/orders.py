"""Orders of the customer who asks, and of nobody else."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from shop.api.pagination import OrderPagination
from shop.models import Order
from shop.serializers import OrderSerializer


class OrderViewSet(
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet[Order],
):
    queryset = Order.objects.prefetch_related("lines").order_by("-pk")
    serializer_class = OrderSerializer
    permission_classes = [IsAuthenticated]
    pagination_class = OrderPagination
    filterset_fields = ["status"]

    def get_queryset(self) -> QuerySet[Order]:
        """Only what the customer has ordered."""
        return super().get_queryset().filter(customer_id=self.request.user.pk)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        """Place the order for whoever sends it."""
        serializer.save(customer=self.request.user)

    @action(detail=False, methods=["post"], url_path="import")
    def bulk_import(self, request: Request) -> Response:
        """Place many orders or none: references and books are looked up together."""
        serializer = self.get_serializer(data=request.data, many=True, max_length=1000)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            orders: Any = serializer.save(customer=request.user)
        placed = self.get_queryset().filter(pk__in=[order.pk for order in orders])
        return Response(self.get_serializer(placed.order_by("pk"), many=True).data, status=201)
