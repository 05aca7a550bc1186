"""Models that are known by natural keys, for Django's core serializers."""

from typing import Any

from django.db import models

__all__ = ["Country", "Flag", "Town", "Treaty"]


class CountryManager(models.Manager):
    def get_by_natural_key(self, code: str) -> Any:
        return self.get(code=code)


class Country(models.Model):
    code = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=40)

    objects = CountryManager()

    def natural_key(self) -> tuple[str]:
        return (self.code,)


class Town(models.Model):
    """A natural key that consists of another one's."""

    class Manager(models.Manager):
        def get_by_natural_key(self, name: str, code: str) -> Any:
            return self.get(name=name, country__code=code)

    name = models.CharField(max_length=40)
    country = models.ForeignKey(Country, models.CASCADE)
    twin = models.ForeignKey("self", models.SET_NULL, null=True)

    objects = Manager()

    class Meta:
        unique_together = [("name", "country")]

    def natural_key(self) -> tuple[str, ...]:
        return (self.name, *self.country.natural_key())

    natural_key.dependencies = ["bookshop.country"]  # type: ignore[attr-defined]


class Treaty(models.Model):
    title = models.CharField(max_length=40)
    countries = models.ManyToManyField(Country)
    signed_in = models.ForeignKey(Town, models.CASCADE, null=True)

    class Meta:
        ordering = ["pk"]


class Flag(models.Model):
    country = models.OneToOneField(Country, models.CASCADE, primary_key=True)
    colours = models.JSONField(default=list)
