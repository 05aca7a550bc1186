"""Every concrete Django field type once: required, and with ``null=True``."""

import uuid

from django.db import models
from django.db.models.functions import Upper

__all__ = [
    "Account",
    "BigKeyed",
    "Calculated",
    "Everything",
    "Nothing",
    "Numbers",
    "Paired",
    "TextKeyed",
    "UUIDKeyed",
]


class Size(models.IntegerChoices):
    SMALL = 1
    LARGE = 2


def every_field(**options: bool) -> dict[str, models.Field]:
    """One field of each type, by the name of what it holds; `options` go to all of them."""
    return {
        "big": models.BigIntegerField(**options),
        "binary": models.BinaryField(**options),
        "boolean": models.BooleanField(**options),
        "char": models.CharField(max_length=200, **options),
        "choice": models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")], **options),
        "choice_number": models.IntegerField(choices=Size.choices, **options),
        "date": models.DateField(**options),
        "datetime": models.DateTimeField(**options),
        "decimal": models.DecimalField(max_digits=20, decimal_places=6, **options),
        "duration": models.DurationField(**options),
        "email": models.EmailField(**options),
        "file": models.FileField(upload_to="files", **options),
        "filepath": models.FilePathField(path="/", recursive=False, **options),
        "float": models.FloatField(**options),
        "image": models.ImageField(upload_to="images", **options),
        "integer": models.IntegerField(**options),
        "ip": models.GenericIPAddressField(**options),
        "json": models.JSONField(**options),
        "positive": models.PositiveIntegerField(**options),
        "positive_big": models.PositiveBigIntegerField(**options),
        "positive_small": models.PositiveSmallIntegerField(**options),
        "slug": models.SlugField(**options),
        "small": models.SmallIntegerField(**options),
        "text": models.TextField(**options),
        "time": models.TimeField(**options),
        "url": models.URLField(**options),
        "uuid": models.UUIDField(**options),
    }


def _model(name: str, **options: bool) -> type[models.Model]:
    return type(name, (models.Model,), {"__module__": __name__, **every_field(**options)})


Everything = _model("Everything")
Nothing = _model("Nothing", null=True, blank=True)


class Numbers(models.Model):
    """Decimals of several scales, where the databases store and return them differently."""

    whole = models.DecimalField(max_digits=10, decimal_places=0)
    cents = models.DecimalField(max_digits=10, decimal_places=2)
    fine = models.DecimalField(max_digits=30, decimal_places=15)
    fraction = models.DecimalField(max_digits=5, decimal_places=5, null=True)


class BigKeyed(models.Model):
    id = models.BigAutoField(primary_key=True, db_column="Odd Column")
    name = models.CharField(max_length=20, db_column="na-me")


class TextKeyed(models.Model):
    code = models.CharField(max_length=20, primary_key=True)


class UUIDKeyed(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=20)


class Account(models.Model):
    number = models.IntegerField(unique=True)
    owner = models.ForeignKey(UUIDKeyed, models.CASCADE, null=True, related_name="accounts")


class Paired(models.Model):
    """A primary key of two columns, and a foreign key that names no `id`."""

    pk = models.CompositePrimaryKey("account_id", "code")
    account = models.ForeignKey(Account, models.CASCADE, to_field="number", related_name="pairs")
    code = models.CharField(max_length=5)


class Calculated(models.Model):
    name = models.CharField(max_length=20)
    shout = models.GeneratedField(
        expression=Upper("name"), output_field=models.CharField(max_length=20), db_persist=True
    )
