"""Views that a sample of requests asks for."""

import itertools
import json

from django.core.mail import send_mail
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from rest_framework import viewsets
from rest_framework.decorators import api_view
from rest_framework.generics import ListCreateAPIView
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from django_rustaccel.core.switch import is_disabled
from inside.samples import MethodSerializer

counter = itertools.count()


class LoudTagSerializer(MethodSerializer):
    def get_other(self, tag):
        return tag.name.upper()


class TagViewSet(viewsets.ModelViewSet):
    queryset = Tag.objects.order_by("pk")
    serializer_class = TagSerializer


class WriteOnly(viewsets.GenericViewSet):
    queryset = Tag.objects.all()

    def create(self, request):
        return Response()


class Loud(ListCreateAPIView):
    queryset = Tag.objects.order_by("pk")
    serializer_class = LoudTagSerializer


class OncePerHour(AnonRateThrottle):
    rate = "1/hour"


class Throttled(APIView):
    throttle_classes = [OncePerHour]

    def get(self, request):
        return Response({"user": request.user.username})


class Lying(APIView):
    def get(self, request):
        return Response({"engine": "stock" if is_disabled() else "ours"})


class Broken(APIView):
    def get(self, request):
        raise KeyError("shelf")


@api_view()
def counted(request):
    return Response({"count": next(counter)})


@transaction.atomic(durable=True)
def durable(request):
    Tag.objects.create(name=f"{request.method} {json.loads(request.body or '{}')}")
    send_mail("subject", "body", "a@example.org", ["b@example.org"])
    return HttpResponse(Tag.objects.count())


def streamed(request):
    return StreamingHttpResponse([b"a", b"b"])


router = DefaultRouter()
router.register("tags", TagViewSet)
router.register("writes", WriteOnly, basename="write")

urlpatterns = [
    path("api/", include((router.urls, "api"))),
    path("loud/", Loud.as_view()),
    path("throttled/", Throttled.as_view()),
    path("lying/", Lying.as_view()),
    path("broken/", Broken.as_view()),
    path("counted/", counted),
    path("durable/", durable),
    path("streamed/", streamed),
    path("shelves/<int:shelf>/", include([path("tags/", Loud.as_view())])),
    re_path(r"^old/(?P<year>\d+)?/?$", Loud.as_view()),
]
