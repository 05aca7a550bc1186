"""OpenTelemetry's own instrumentation and ours measure the same requests, neither in the way."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from django_rustaccel.middleware import TimingMiddleware

TIMING = f"{TimingMiddleware.__module__}.{TimingMiddleware.__qualname__}"


def view(request, name):
    """How many groups there are, and the statement as it reaches the database."""

    def note(execute, sql, *args):
        response["X-Sql"] = sql
        return execute(sql, *args)

    response = HttpResponse()
    with connection.execute_wrapper(note):
        response.write(Group.objects.filter(name=name).count())
    return response


urlpatterns = [path("groups/<str:name>/", view)]


@pytest.fixture(params=["first", "last"])
def spans(request, settings):
    """Spans of requests, with OpenTelemetry's middleware before or after ours."""
    settings.ROOT_URLCONF = __name__
    settings.RUSTACCEL = {"RATE_LIMIT": {"RATE": "1/h", "KEY": "header:X-Key"}}
    settings.MIDDLEWARE = [TIMING, f"{TimingMiddleware.__module__}.RateLimitMiddleware"]
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    position = 0 if request.param == "first" else 1
    instrumentor = DjangoInstrumentor()
    instrumentor.instrument(
        tracer_provider=provider,
        middleware_position=position,
        is_sql_commentor_enabled=True,
        skip_dep_check=True,
    )
    yield exporter.get_finished_spans
    instrumentor.uninstrument()


@pytest.mark.django_db
def test_both_measure_a_request(spans):
    got = Client().get("/groups/a/", headers={"X-Key": "a"})
    assert got.content == b"0"
    assert ';desc="1 queries"' in got["Server-Timing"]
    # Each wraps the query: ours times it, theirs writes a comment behind it.
    assert "traceparent" in got["X-Sql"]
    (span,) = spans()
    assert "groups/<str:name>/" in span.name
    assert span.attributes["http.status_code"] == 200


@pytest.mark.django_db
def test_a_refused_request_has_a_span_too(spans):
    client = Client()
    statuses = [client.get("/groups/a/", headers={"X-Key": "b"}).status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert [span.attributes["http.status_code"] for span in spans()] == statuses
