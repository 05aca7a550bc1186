"""What the payment provider sends; ``WebhookSignatureMiddleware`` has checked that it was them."""

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.models import Order
from shop.ordering import mark_paid
from shop.serializers import PaymentSerializer

SUCCEEDED = "payment.succeeded"


class PaymentWebhook(APIView):
    """Marks orders as paid; other events are taken and left alone."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        """Take one event: 200, or 4xx with what is wrong with it."""
        serializer = PaymentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        event = serializer.validated_data
        if event["type"] != SUCCEEDED or "payment" not in event:
            return Response({"status": "ignored"})
        return _pay(**event["payment"])


def _pay(reference: str, amount: int) -> Response:
    try:
        order = mark_paid(reference, amount)
    except Order.DoesNotExist:
        return Response({"detail": "There is no such order."}, status=404)
    except ValueError as error:
        return Response({"detail": str(error)}, status=409)
    return Response({"status": order.status})
