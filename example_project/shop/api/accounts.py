"""Customers register, log in and out; guesses of passwords are counted by address."""

from rest_framework import mixins
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from django_rustaccel.ratelimit import ratelimit
from shop.serializers import CustomerSerializer


@ratelimit("5/m", key="ip")
class Login(ObtainAuthToken):
    """A token for a name and a password."""


@ratelimit("10/h", key="ip")
class Register(mixins.CreateModelMixin, GenericAPIView):  # type: ignore[type-arg]
    serializer_class = CustomerSerializer
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        """Create a customer."""
        return self.create(request)


class Logout(APIView):
    """The end of the token that the request came with."""

    permission_classes = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        """Forget the token; a session ends at ``session/logout/``."""
        if isinstance(request.auth, Token):
            request.auth.delete()
        return Response(status=204)
