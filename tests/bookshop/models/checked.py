"""Models whose rows are looked up when others are validated, and must be unique in many ways."""

import uuid

from django.db import connection, models

#: A collation that holds ``a`` and ``A`` equal. On MySQL it cannot be named here: the second
#: database of the tests is SQLite and makes the same tables.
EITHER_CASE = "NOCASE" if connection.vendor == "sqlite" else None

__all__ = ["Copy", "Event", "Shelf", "Ticket"]


class Shelf(models.Model):
    code = models.SlugField(unique=True)
    label = models.CharField(max_length=40)
    nick = models.CharField(max_length=40, unique=True, null=True, db_collation=EITHER_CASE)
    plan = models.JSONField(default=dict)
    over = models.ForeignKey("self", models.CASCADE, null=True)


class Ticket(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = models.CharField(max_length=20)


class Copy(models.Model):
    barcode = models.CharField(max_length=30, unique=True)
    number = models.IntegerField()
    shelf = models.ForeignKey(Shelf, models.CASCADE)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    seen_at = models.ManyToManyField(Shelf, related_name="seen")

    class Meta:
        unique_together = [("shelf", "number")]


class Event(models.Model):
    title = models.CharField(max_length=40, unique_for_date="day", unique_for_year="day")
    place = models.CharField(max_length=40, unique_for_month="at")
    day = models.DateField()
    at = models.DateTimeField()
