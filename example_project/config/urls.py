"""The page, the API, the admin, and what a web server would do in front of a real shop."""

from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.views import serve as serve_static
from django.urls import include, path
from django.views.static import serve as serve_media

from django_rustaccel.metrics import metrics_view

urlpatterns = [
    path("", include("showcase.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("shop.api.urls")),
    path("metrics/", metrics_view, name="metrics"),  # a proxy keeps this path to itself
    path("media/<path:path>", serve_media, {"document_root": settings.MEDIA_ROOT}),
    path("static/<path:path>", serve_static, {"insecure": True}),  # DEBUG is off
]
