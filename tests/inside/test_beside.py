"""Beside packages that replace DRF's classes or methods: the project starts, and theirs run."""

import importlib.util
import json
import subprocess
import sys
from typing import Any

import pytest

START = """
import json, sys
from types import SimpleNamespace
from django.conf import settings
settings.configure(
    SECRET_KEY="x", INSTALLED_APPS={apps!r}, DATABASES={{}}, USE_TZ=True,
    RUSTACCEL={{"ACCELERATE_DRF": True}},
)
{before}
import django
django.setup()
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.parsers import JSONParser
import django_rustaccel, io
from django.core import checks

class Item(serializers.Serializer):
    name = serializers.CharField()
    price = serializers.DecimalField(max_digits=5, decimal_places=2)

items = [SimpleNamespace(name="a", price=2), SimpleNamespace(name="é", price="1.5")]
print(json.dumps({{
    "many": JSONRenderer().render(Item(items, many=True).data).decode(),
    "one": JSONRenderer().render(Item(items[0]).data).decode(),
    "parsed": JSONParser().parse(io.BytesIO(b'{{"a": [1]}}')),
    "explained": django_rustaccel.explain(Item).as_dict(),
    "warnings": [[w.id, w.msg] for w in checks.run_checks(tags=["rustaccel"])],
    "stats": django_rustaccel.stats(),
}}))
"""

SWAP = """
from rest_framework import serializers
class Theirs(serializers.Serializer):
    def to_representation(self, instance):
        return {"theirs": super().to_representation(instance)}
class TheirList(serializers.ListSerializer):
    @property
    def data(self):
        return super().data
serializers.Serializer, serializers.ListSerializer = Theirs, TheirList
"""

PATCH = """
from rest_framework import serializers
stock = serializers.Serializer.to_representation
def to_representation(self, instance):
    return {"theirs": stock(self, instance)}
serializers.Serializer.to_representation = to_representation
"""

ONE = {"name": "a", "price": "2.00"}
TWO = {"name": "é", "price": "1.50"}


def start(apps: list[str], before: str = "") -> Any:
    program = START.format(apps=apps, before=before)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_alone() -> None:
    found = start(["django_rustaccel"])
    assert json.loads(found["many"]) == [ONE, TWO]
    assert found["explained"]["tier"] == "instances"
    assert found["warnings"] == []


@pytest.mark.parametrize("before", [SWAP, PATCH], ids=["swapped", "patched"])
def test_their_methods_run(before: str) -> None:
    found = start(["django_rustaccel"], before)
    assert json.loads(found["many"]) == [{"theirs": ONE}, {"theirs": TWO}]
    assert json.loads(found["one"]) == {"theirs": ONE}
    assert found["explained"]["tier"] == "stock"
    assert {number for number, _ in found["warnings"]} == {"rustaccel.W001"}


@pytest.mark.skipif(not importlib.util.find_spec("drf_oxide"), reason="drf-oxide is not installed")
@pytest.mark.parametrize("first", [True, False], ids=["theirs first", "ours first"])
def test_drf_oxide(first: bool) -> None:
    apps = ["drf_oxide", "django_rustaccel"] if first else ["django_rustaccel", "drf_oxide"]
    found = start(apps)
    assert json.loads(found["many"]) == [ONE, TWO]
    assert json.loads(found["one"]) == ONE
    assert found["parsed"] == {"a": [1]}
