"""Everything below ``/api/``."""

from django.urls import include, path, re_path
from rest_framework.permissions import AllowAny
from rest_framework.routers import DefaultRouter

from django_rustaccel.drf.batch import BatchView
from shop.api.accounts import Login, Logout, Register
from shop.api.basket import BasketView
from shop.api.catalogue import AuthorViewSet, BookViewSet, PublisherViewSet, TagViewSet
from shop.api.exports import bestsellers, export_books
from shop.api.orders import OrderViewSet
from shop.api.payments import PaymentWebhook
from shop.api.reviews import ReviewViewSet

router = DefaultRouter()
router.register("authors", AuthorViewSet)
router.register("books", BookViewSet)
router.register("orders", OrderViewSet)
router.register("publishers", PublisherViewSet)
router.register("reviews", ReviewViewSet)
router.register("tags", TagViewSet)

# Each part is asked for its own permissions, so that the batch itself is open.
batch = BatchView.as_view(allowed_paths=("/api/",), max_parts=50, permission_classes=[AllowAny])

urlpatterns = [
    path("", include(router.urls)),
    path("basket/", BasketView.as_view(), name="basket"),
    path("batch/", batch, name="batch"),
    path("bestsellers/", bestsellers, name="bestsellers"),
    re_path(r"^export/books\.(?P<form>csv|json|ndjson)$", export_books, name="export-books"),
    path("login/", Login.as_view(), name="login"),
    path("logout/", Logout.as_view(), name="logout"),
    path("payments/", PaymentWebhook.as_view(), name="payments"),
    path("register/", Register.as_view(), name="register"),
    path("session/", include("rest_framework.urls")),
]
