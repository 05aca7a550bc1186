"""The app of the tests; on PostgreSQL it sees to the extension its models need."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate


class BookshopConfig(AppConfig):
    name = "bookshop"

    def ready(self) -> None:
        pre_migrate.connect(create_extensions, sender=self)


def create_extensions(using: str, **kwargs: Any) -> None:
    if connections[using].vendor == "postgresql":
        from django.contrib.postgres.operations import HStoreExtension

        with connections[using].schema_editor() as editor:
            HStoreExtension().database_forwards("bookshop", editor, None, None)
