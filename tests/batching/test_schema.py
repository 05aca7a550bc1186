"""The batch in OpenAPI."""

import json

import pytest
from django.core.management import call_command
from django.test import override_settings
from rest_framework.settings import api_settings

from django_rustaccel.drf.batch import AsyncBatchView, BatchView


def checked(operation, max_parts=100):
    content = operation["requestBody"]["content"]["application/json"]["schema"]
    assert content["properties"]["requests"]["maxItems"] == max_parts
    part = content["properties"]["requests"]["items"]["properties"]
    assert {"id", "method", "path", "headers", "body", "encoding", "refs"} == set(part)
    answers = operation["responses"]["200"]["content"]
    answer = answers["application/json"]["schema"]["properties"]["responses"]["items"]
    assert answer == answers["application/x-ndjson"]["schema"]
    json.dumps(operation)


@pytest.mark.parametrize("view", [BatchView, AsyncBatchView])
def test_as_a_dict(view):
    checked(view.openapi_schema())
    checked(type("Few", (view,), {"max_parts": 7}).openapi_schema(), 7)


def paths(capsys, *command):
    call_command(*command)
    return json.loads(capsys.readouterr().out)["paths"]


@override_settings(ROOT_URLCONF="batching.site")
def test_rest_framework_s_generator(capsys):
    pytest.importorskip("uritemplate")
    with override_settings(
        REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "rest_framework.schemas.openapi.AutoSchema"}
    ):
        made = paths(capsys, "generateschema", "--format", "openapi-json")
    checked(made["/batch/"]["post"])
    checked(made["/small/"]["post"], 3)
    assert "get" in made["/tags/"]


@override_settings(ROOT_URLCONF="batching.site")
def test_drf_spectacular(capsys, monkeypatch):
    from drf_spectacular.openapi import AutoSchema

    monkeypatch.setattr(api_settings, "DEFAULT_SCHEMA_CLASS", AutoSchema, raising=False)
    from drf_spectacular.generators import SchemaGenerator

    made = SchemaGenerator().get_schema(public=True)["paths"]
    checked(made["/batch/"]["post"])
    checked(made["/small/"]["post"], 3)
