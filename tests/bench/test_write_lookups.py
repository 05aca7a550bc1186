"""Validating lists of which every row asks the database.

Not collected by the default run: ``python tests/bench`` runs it and writes the table.
"""

from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer

from bench.race import race
from bookshop.models import Copy, Shelf, Ticket

ROWS = 1000


class CopySerializer(serializers.ModelSerializer):
    class Meta:
        model = Copy
        fields = ["barcode", "number", "shelf", "ticket", "price"]
        validators: list[Any] = []  # `unique_together` is a check of its own.


@pytest.fixture
def rows(db: None) -> list[dict[str, Any]]:
    shelves = Shelf.objects.bulk_create(Shelf(code=f"s{n}", label="a") for n in range(50))
    tickets = Ticket.objects.bulk_create(Ticket(name=f"t{n}") for n in range(ROWS))
    Copy.objects.bulk_create(
        Copy(barcode=f"old {n}", number=n, shelf=shelves[0]) for n in range(50)
    )
    return [
        {
            "barcode": f"new {number}",
            "number": number,
            "shelf": shelves[number % len(shelves)].pk,
            "ticket": str(ticket.pk),
            "price": "12.50",
        }
        for number, ticket in enumerate(tickets)
    ]


def test_two_relations_and_a_unique_field(benchmark: BenchmarkFixture, rows: Any) -> None:
    def work() -> bytes:
        serializer = CopySerializer(data=rows, many=True)
        serializer.is_valid(raise_exception=True)
        first = serializer.validated_data[0]
        return JSONRenderer().render(CopySerializer(Copy(**first)).data)

    race(
        benchmark,
        work,
        title="`is_valid` of 1,000 rows with two related fields and a unique one",
        goal=20,
        note="3 queries where stock makes 3,000",
    )
