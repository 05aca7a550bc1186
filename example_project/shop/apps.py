"""The bookshop as a Django app."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "shop"

    def ready(self) -> None:
        """Tell WebSockets of new orders and reviews."""
        from shop import feeds

        feeds.publish()
