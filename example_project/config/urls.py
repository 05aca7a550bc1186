"""The API, and the page that shows what acceleration gains."""

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from shop.views import BookViewSet

router = SimpleRouter()
router.register("books", BookViewSet)

urlpatterns = [
    path("api/", include(router.urls)),
    path("", include("showcase.urls")),
]
