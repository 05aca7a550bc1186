from django.db import models
from polymorphic.models import PolymorphicModel

__all__ = ["Artwork", "Exhibition", "Painting", "Sculpture"]


class Exhibition(models.Model):
    title = models.CharField(max_length=40)


class Artwork(PolymorphicModel):
    title = models.CharField(max_length=40)
    shown = models.ForeignKey(Exhibition, models.CASCADE, related_name="works", null=True)


class Painting(Artwork):
    painter = models.CharField(max_length=40)


class Sculpture(Artwork):
    weight = models.DecimalField(max_digits=8, decimal_places=2)
