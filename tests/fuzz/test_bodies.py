"""Bytes to parser to validator: never a crash, and always what stock says.

`RUSTACCEL_FUZZ_ROUNDS` and `RUSTACCEL_FUZZ_SEED` choose a longer or another run. A text that finds
a difference goes into `corpus/`, where it is tested as it is and mutated further from then on.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from rest_framework import serializers

from django_rustaccel import stats
from fuzz.mutation import mutations
from json_documents import INVALID, ODD, VALID
from write.test_bodies import verdict

ROUNDS = int(os.environ.get("RUSTACCEL_FUZZ_ROUNDS", "4000"))
SEED = int(os.environ.get("RUSTACCEL_FUZZ_SEED", "1"))

KEPT = {path.stem: path.read_bytes() for path in (Path(__file__).parent / "corpus").iterdir()}
CORPUS = [*KEPT.values()] * 8 + [body for body in VALID + ODD + INVALID if len(body) < 1000]


class Part(serializers.Serializer):
    name = serializers.CharField(max_length=5)
    weight = serializers.FloatField(required=False)


class Whole(serializers.Serializer):
    title = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField(default=1)
    price = serializers.DecimalField(9, 4, required=False)
    when = serializers.DateTimeField(required=False)
    uid = serializers.UUIDField(required=False)
    mail = serializers.EmailField(required=False)
    flag = serializers.BooleanField(required=False, allow_null=True)
    choice = serializers.ChoiceField(["a", "b", 1], required=False)
    extra = serializers.JSONField(required=False)
    words = serializers.ListField(child=serializers.CharField(), required=False)
    main = Part(required=False)
    tags = Part(many=True, required=False)


def check(body: bytes) -> None:
    for many in (False, True):

        def make(data: Any, many: bool = many) -> Any:
            return Whole(data=data, many=many)

        assert verdict(make, body, "rustaccel") == verdict(make, body, "stock"), body


@pytest.mark.parametrize("name", KEPT)
def test_corpus(name):
    check(KEPT[name])


def test_mutations():
    before = stats()["write"]["native"]
    for body in mutations(CORPUS, SEED, ROUNDS):
        check(body)
    assert stats()["write"]["native"] > before + ROUNDS / 10
