"""Every field class with its options against every kind of value, stock and native."""

import copy
from typing import Any

import pytest
from django.test import override_settings
from rest_framework import serializers

from write.values import FIELDS, VALUES
from write.verdicts import assert_same


def serializer_of(field: Any) -> type[serializers.Serializer[Any]]:
    return type("FieldSerializer", (serializers.Serializer,), {"f": copy.deepcopy(field)})


@pytest.mark.parametrize("name", FIELDS)
def test_values(name: str) -> None:
    cls = serializer_of(FIELDS[name])
    for value in VALUES:
        found = assert_same(lambda data: cls(data=data), {"f": value}, native=True)
        assert "raised" not in found or found["raised"][0] is not AssertionError


@pytest.mark.parametrize("name", FIELDS)
def test_lists(name: str) -> None:
    """All values at once: a bad row costs that row."""
    cls = serializer_of(FIELDS[name])
    rows = [{"f": value} for value in VALUES if survives(cls, value)]
    assert_same(lambda data: cls(data=data, many=True), rows, native=True)


def survives(cls: Any, value: Any) -> bool:
    """Whether stock has a verdict and no exception."""
    try:
        cls(data={"f": value}).is_valid()
    except Exception:
        return False
    return True


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "UTC", None])
@pytest.mark.parametrize("name", ["datetime", "datetime_naive", "datetime_formats"])
def test_zones(name: str, zone: str | None) -> None:
    cls = serializer_of(FIELDS[name])
    options = {"USE_TZ": False} if zone is None else {"TIME_ZONE": zone}
    with override_settings(**options):
        for value in VALUES:
            assert_same(lambda data: cls(data=data), {"f": value})


def made() -> str:
    return "made"


class InContext:
    requires_context = True

    def __call__(self, field: Any) -> Any:
        return field.context.get("user", field.field_name)


OPTIONS: dict[str, dict[str, Any]] = {
    "optional": {"required": False},
    "null": {"allow_null": True},
    "default": {"default": "x"},
    "default_none": {"default": None, "allow_null": True},
    "default_mutable": {"default": ["x"]},
    "default_made": {"default": made},
    "default_in_context": {"default": InContext()},
    "default_created": {"default": serializers.CreateOnlyDefault("x")},
    "write_only": {"write_only": True},
    "renamed": {"source": "other"},
    "dotted": {"source": "a.b.c"},
    "messages": {"error_messages": {"required": "Where?", "null": "No {nothing}", "blank": "?"}},
}


@pytest.mark.parametrize("partial", [False, True])
@pytest.mark.parametrize("instance", [None, {"f": "old"}])
@pytest.mark.parametrize("options", OPTIONS)
def test_options(options: str, instance: Any, partial: bool) -> None:
    class OptionSerializer(serializers.Serializer[Any]):
        first = serializers.IntegerField(source="a.first")
        f = serializers.CharField(**OPTIONS[options])
        hidden = serializers.HiddenField(default=made)
        computed = serializers.ReadOnlyField(default=3)
        last = serializers.BooleanField(default=True)

    def make(data: Any) -> Any:
        return OptionSerializer(instance, data=data, partial=partial, context={"user": "u"})

    for row in ({}, {"f": None}, {"f": ""}, {"f": "y"}, {"f": [1]}, {"hidden": 1, "computed": 2}):
        for first in ({}, {"first": 1}, {"first": "x"}):
            assert_same(make, first | row, native=True)


def test_whole_source() -> None:
    class Point(serializers.Serializer[Any]):
        x = serializers.IntegerField()
        y = serializers.IntegerField(allow_null=True)

    class WholeSerializer(serializers.Serializer[Any]):
        point = Point(source="*", allow_null=True)
        name = serializers.CharField(source="*")

    for data in ({"point": {"x": 1, "y": None}}, {"point": None}, {"point": {"x": "a"}}):
        assert_same(lambda data: WholeSerializer(data=data), data | {"name": "n"})


def test_a_mutable_default_is_not_shared() -> None:
    class DefaultSerializer(serializers.Serializer[Any]):
        tags = serializers.ListField(default=[])

    for _ in range(2):
        serializer = DefaultSerializer(data={})
        assert serializer.is_valid()
        assert serializer.validated_data["tags"] == []
        serializer.validated_data["tags"].append(1)
