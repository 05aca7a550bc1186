"""A basket that needs no table: the client keeps it in a cookie that Django signs."""

import json
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.serializers import BasketLineSerializer

COOKIE = "basket"
SECONDS = 30 * 24 * 3600
#: Browsers keep 4096 bytes in a cookie.
MOST_LINES = 50


class BasketView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        """What is in the basket; a cookie that was tampered with is an empty one."""
        signed = request._request.get_signed_cookie(COOKIE, "[]", salt=COOKIE, max_age=SECONDS)
        return Response(_as_lines(json.loads(signed or "[]")))

    def put(self, request: Request) -> Response:
        """Replace what is in the basket."""
        serializer = BasketLineSerializer(data=request.data, many=True, max_length=MOST_LINES)  # type: ignore[call-arg]
        serializer.is_valid(raise_exception=True)
        pairs = [[line["book"].pk, line["quantity"]] for line in serializer.validated_data]
        response = Response(_as_lines(pairs))
        text = json.dumps(pairs, separators=(",", ":"))
        response.set_signed_cookie(
            COOKIE, text, salt=COOKIE, max_age=SECONDS, httponly=True, samesite="Lax"
        )
        return response


def _as_lines(pairs: list[list[int]]) -> list[dict[str, Any]]:
    return [{"book": book, "quantity": quantity} for book, quantity in pairs]
