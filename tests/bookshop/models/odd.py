"""Models whose instances are not simply their columns: acceleration must notice each."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import models

__all__ = [
    "Counted",
    "CustomBaseManager",
    "FromDB",
    "FromDBValue",
    "Guarded",
    "Initialised",
    "Properties",
    "Refreshed",
    "Shouted",
]


class Named(models.Model):
    name = models.CharField(max_length=40)

    class Meta:
        abstract = True


class Initialised(Named):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = f"init {self.name}"


class FromDB(Named):
    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Any:
        instance = super().from_db(db, field_names, values)
        instance.name = f"from_db {instance.name}"
        return instance


class Refreshed(Named):
    other = models.CharField(max_length=40, default="other")

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        super().refresh_from_db(*args, **kwargs)
        self.other = f"refreshed {self.other}"


class ShoutField(models.CharField):
    """Reads upper case what was stored."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else value.upper()


class FromDBValue(Named):
    shout = ShoutField(max_length=40, null=True)


class ShoutDescriptor:
    """What `Field.descriptor_class` allows: reading differs from what is in ``__dict__``."""

    def __init__(self, field: models.Field) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return instance.__dict__[self.field.attname].upper()

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class DescribedField(models.CharField):
    descriptor_class = ShoutDescriptor


class Shouted(models.Model):
    name = DescribedField(max_length=40)


class Guarded(Named):
    """`__getattribute__` sees every read, also of columns."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return f"guarded {value}" if name == "name" else value


class Properties(Named):
    width = models.IntegerField(default=2)

    @property
    def double(self) -> int:
        return self.width * 2

    @cached_property
    def triple(self) -> int:
        return self.width * 3

    def times(self) -> int:
        return self.width * 4

    callable_value: Callable[[], int] = staticmethod(lambda: 7)

    @property
    def broken(self) -> int:
        raise AttributeError("missing inside the property")


class CountedQuerySet(models.QuerySet):
    def wide(self) -> "CountedQuerySet":
        return self.filter(width__gte=2)


class CountedManager(models.Manager.from_queryset(CountedQuerySet)):  # type: ignore[misc]
    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(doubled=models.F("width") * 2)


class Counted(Named):
    width = models.IntegerField(default=2)
    objects = CountedManager()


class CustomBaseManager(Named):
    class Present(models.Manager):
        def get_queryset(self) -> models.QuerySet[Any]:
            return super().get_queryset().exclude(name="absent")

    peer = models.ForeignKey("self", models.CASCADE, null=True, related_name="peers")

    objects = models.Manager()
    present = Present()

    class Meta:
        base_manager_name = "present"
