"""What is said of bad rows is what the installed DRF says, warnings and their lines included."""

import inspect
import warnings

import pytest
from django.test import override_settings
from rest_framework import VERSION, serializers

from django_rustaccel.drf import serializers as opt_in
from engines import ENGINES, running
from write.verdicts import assert_same

KNOWS_SETTING = tuple(map(int, VERSION.split(".")[:2])) >= (3, 18)


class Row(serializers.Serializer):
    size = serializers.IntegerField(min_value=0)


class OptedIn(opt_in.Serializer):
    size = serializers.IntegerField(min_value=0)


class Table(serializers.Serializer):
    rows = Row(many=True)


ROWS = [{"size": 1}, {"size": -1}, {}, {"size": 2}, None]


@pytest.mark.parametrize("as_dict", [False, True])
@pytest.mark.parametrize("cls", [Row, OptedIn])
@pytest.mark.filterwarnings("ignore:The list-based error format")
def test_errors_as_list_or_dict(as_dict, cls):
    settings = {"LIST_SERIALIZER_ERRORS_AS_DICT": as_dict} if KNOWS_SETTING else {}
    with override_settings(REST_FRAMEWORK=settings):
        found = assert_same(lambda data: cls(data=data, many=True), ROWS, native=True)
        assert_same(lambda data: Table(data=data), {"rows": ROWS}, native=True)
        serializer = cls(data=ROWS, many=True)
        serializer.is_valid()
    assert isinstance(serializer.errors, dict if as_dict and KNOWS_SETTING else list)
    assert found["valid"] is False


@pytest.mark.parametrize("cls", [Row, OptedIn])
@pytest.mark.parametrize("engine", ENGINES)
def test_warnings_name_the_line_of_the_caller(cls, engine):
    settings = {"LIST_SERIALIZER_ERRORS_AS_DICT": False} if KNOWS_SETTING else {}
    with (
        override_settings(REST_FRAMEWORK=settings),
        running(engine),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        cls(data=ROWS, many=True).is_valid()
        line = inspect.currentframe().f_lineno - 1
    assert [(each.filename, each.lineno) for each in caught] == (
        [(__file__, line)] if KNOWS_SETTING else []
    )
