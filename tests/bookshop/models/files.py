"""Files behind relations, and pictures with their dimensions; plain ones are in ``Everything``."""

from django.db import models

from .fields import Nothing

__all__ = ["Frame", "Picture"]


class Picture(models.Model):
    image = models.ImageField(width_field="width", height_field="height")
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)


class Frame(models.Model):
    shown = models.ForeignKey(Nothing, models.CASCADE, null=True, related_name="frames")

    class Meta:
        ordering = ["pk"]
