"""Field types that exist on PostgreSQL alone."""

from django.contrib.postgres.fields import (
    ArrayField,
    DateRangeField,
    HStoreField,
    IntegerRangeField,
)
from django.db import models

__all__ = ["PostgresFields"]


class PostgresFields(models.Model):
    numbers = ArrayField(models.IntegerField(null=True), null=True)
    moments = ArrayField(models.DateTimeField(), default=list)
    grid = ArrayField(ArrayField(models.DecimalField(max_digits=8, decimal_places=2)), null=True)
    span = IntegerRangeField(null=True)
    days = DateRangeField(null=True)
    pairs = HStoreField(null=True)
