"""Every field class and option, on every odd value, in objects, dicts and lists of them."""

import types

import pytest
from django.test import override_settings
from django.utils import timezone, translation
from rest_framework import serializers
from rest_framework.test import APIRequestFactory

from engines import assert_same, difference, outcome
from read.samples import FIELDS, Make
from read.values import TOKYO, VALUES

# Nothing here reads a database: one run of it is enough.
pytestmark = pytest.mark.databases_of("sqlite")


def serializer_of(make: Make) -> type[serializers.Serializer]:
    return type("Sample", (serializers.Serializer,), {"value": make()})


def differences(make: Make, values=VALUES, **options):
    """The values on which the engines do not agree, with what each of them made of it."""
    found = []
    for value in values:
        for container in ({"value": value}, types.SimpleNamespace(value=value)):
            sample = serializer_of(make)

            def work(sample=sample, container=container):
                return sample(container, **options).data

            how = difference(outcome(work, "stock"), outcome(work, "rustaccel"))
            if how is not None:
                found.append(f"{value!r:.80} in a {type(container).__name__}: {how}")
    return found


def assert_none(found):
    if found:
        pytest.fail("\n".join([f"{len(found)} differences", *found[:12]]))


@pytest.mark.parametrize("name", FIELDS)
def test_field_on_odd_values(name):
    assert_none(differences(FIELDS[name]))


@pytest.mark.parametrize("name", [name for name in FIELDS if "date" in name or "time" in name])
@pytest.mark.parametrize("use_tz", [True, False])
def test_temporal_field_in_an_active_timezone(name, use_tz):
    with override_settings(USE_TZ=use_tz, TIME_ZONE="Europe/Berlin"), timezone.override(TOKYO):
        assert_none(differences(FIELDS[name]))


@pytest.mark.parametrize("name", [name for name in FIELDS if "decimal" in name])
@pytest.mark.parametrize("language", ["de", "fr", "ar", "en-us"])
def test_decimal_field_in_a_language(name, language):
    with translation.override(language), override_settings(USE_THOUSAND_SEPARATOR=True):
        assert_none(differences(FIELDS[name]))


@pytest.mark.parametrize("name", [name for name in FIELDS if "file" in name or "image" in name])
def test_file_field_with_a_request(name):
    request = APIRequestFactory().get("/somewhere/")
    assert_none(differences(FIELDS[name], context={"request": request}))


@pytest.mark.parametrize("name", FIELDS)
def test_field_in_a_list_of_objects(name):
    """What a list makes of good values, and which of two bad ones it complains about."""

    sample = serializer_of(FIELDS[name])
    for values in ([1, 0, None], ["12", " 3", "x"], [None, None], [], [[1], {"left": 1}]):
        objects = [{"value": value} for value in values]
        assert_same(lambda objects=objects: sample(objects, many=True).data)


@pytest.mark.parametrize(
    "setting",
    [
        {"COERCE_DECIMAL_TO_STRING": False},
        {"DATETIME_FORMAT": None, "DATE_FORMAT": None, "TIME_FORMAT": None},
        {"DATETIME_FORMAT": "%H", "DATE_FORMAT": "%d", "TIME_FORMAT": "%M"},
        {"UPLOADED_FILES_USE_URL": False},
        {"COERCE_BIGINT_TO_STRING": True},
        {"DURATION_FORMAT": "iso-8601"},
    ],
    ids="-".join,
)
def test_settings_that_fields_read(setting):
    """The settings are read live, by a class that was used before they changed."""
    names = [
        name
        for name in ("decimal", "datetime", "date", "time", "file", "duration", "big integer")
        if name in FIELDS
    ]
    samples = {name: serializer_of(FIELDS[name]) for name in names}

    def work():
        found = []
        for name in names:
            for value in VALUES:
                try:
                    found.append(samples[name]({"value": value}).data)
                except Exception as error:
                    found.append(error)
        return found

    assert_same(work)
    with override_settings(REST_FRAMEWORK=setting):
        assert_same(work)
    assert_same(work)


def test_every_field_class_is_sampled():
    classes = {type(make()) for make in FIELDS.values()}
    public = {
        field
        for field in vars(serializers).values()
        if isinstance(field, type) and issubclass(field, serializers.Field)
    }
    elsewhere = {"Field", "BaseSerializer", "RelatedField", "SerializerMethodField"}
    missing = {field.__name__ for field in public - classes if "Serializer" not in field.__name__}
    assert missing - elsewhere <= {
        "HyperlinkedIdentityField",
        "HyperlinkedRelatedField",
        "ManyRelatedField",
        "_UnvalidatedField",
    }
