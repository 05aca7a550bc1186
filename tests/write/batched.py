"""Validate a list on both engines and hold together what instances are made of, too."""

import uuid

from django.db.models import Model
from rest_framework import serializers

from bookshop.models import Copy, Shelf, Ticket
from engines import assert_same, captured_queries

TICKETS = [uuid.UUID(int=number + (4 << 76) + (8 << 60)) for number in range(4)]


class CopySerializer(serializers.ModelSerializer):
    class Meta:
        model = Copy
        fields = ["barcode", "number", "shelf", "ticket", "price"]


class CodedSerializer(serializers.ModelSerializer):
    shelf = serializers.SlugRelatedField("code", queryset=Shelf.objects.all())
    seen_at = serializers.PrimaryKeyRelatedField(queryset=Shelf.objects.all(), many=True)

    class Meta:
        model = Copy
        fields = ["barcode", "number", "shelf", "seen_at"]


def fill_shelves():
    """Four shelves, four tickets, and two copies that others may be in the way of."""
    Ticket.objects.bulk_create(Ticket(id=pk, name="t") for pk in TICKETS)
    made = [
        Shelf.objects.create(code=code, label=code, plan={"rows": [1, 2]})
        for code in ("a", "b", "Straße", "d")
    ]
    Copy.objects.create(barcode="taken", number=1, shelf=made[0])
    Copy.objects.create(barcode="Also Taken", number=2, shelf=made[1], price="1.50")
    return made


def copies(shelves, count):
    """Rows of which all are valid."""
    return [
        {
            "barcode": f"new {number}",
            "number": number + 10,
            "shelf": shelves[number % 3].pk,
            "ticket": str(TICKETS[number % 4]),
        }
        for number in range(count)
    ]


def listed(errors, count):
    """The errors of each row, however the installed DRF keeps them."""
    return [errors.get(row, {}) for row in range(count)] if isinstance(errors, dict) else errors


def parts(value):
    """`value` with instances taken apart: class, attributes, and the state Django keeps."""
    if isinstance(value, Model):
        related = dict(value._state.fields_cache)
        state = sorted((vars(value._state) | {"fields_cache": parts(related)}).items())
        return type(value), parts({**vars(value), "_state": state})
    if isinstance(value, dict):
        return {key: parts(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [parts(part) for part in value]
    return value


def validate(serializer, rows, **kwargs):
    made = serializer(data=rows, many=True, **kwargs)
    made.is_valid()
    return made.errors, parts(made.validated_data)


def assert_same_validation(serializer, rows, **kwargs):
    """Compare with stock; returns stock's errors and how many queries ours took.

    Nothing is returned where stock, and ours too, raises something else than it should.
    """
    outcome = assert_same(lambda: validate(serializer, rows, **kwargs))
    if outcome is None:
        return None
    with captured_queries() as queries:
        validate(serializer, rows, **kwargs)
    return outcome[0], len(queries)
