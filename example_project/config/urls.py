"""The API, and the page that compares it with stock."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop.views import BookViewSet, compare, compare_json

router = SimpleRouter()
router.register("books", BookViewSet)

urlpatterns = [
    path("", compare, name="compare"),
    path("compare.json", compare_json, name="compare-json"),
    path("api/", include(router.urls)),
]
