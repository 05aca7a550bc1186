"""A site of Django REST framework for real servers; ``SITE_RUSTACCEL`` is its setting as JSON."""

import json
import os

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import path

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY="only for tests",
        ALLOWED_HOSTS=["*"],
        DATABASES={},
        INSTALLED_APPS=["rest_framework", "django_rustaccel"],
        MIDDLEWARE=["django_rustaccel.middleware.StockHeaderMiddleware"],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None, "DEFAULT_AUTHENTICATION_CLASSES": []},
        RUSTACCEL=json.loads(os.environ.get("SITE_RUSTACCEL", "{}")),
    )
    django.setup()

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from django_rustaccel import stats


class Line(serializers.Serializer):
    number = serializers.IntegerField()
    text = serializers.CharField()


class Lines(APIView):
    """A hundred lines; the header says how many lists this process has read natively."""

    def get(self, request):
        lines = [{"number": n, "text": f"line {n} \N{SNOWMAN}"} for n in range(100)]
        data = Line(lines, many=True).data
        return Response(data, headers={"X-Native": str(stats()["read"]["instances"])})


urlpatterns = [path("lines/", Lines.as_view())]
application = WSGIHandler()
asgi = ASGIHandler()
