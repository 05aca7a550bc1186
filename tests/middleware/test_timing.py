"""What is told of a request's time, through every adapter; histograms across processes."""

import asyncio
import logging
import multiprocessing
import re
import subprocess
import sys
import time

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connection
from django.http import HttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import path
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.renderers import JSONRenderer

from bookshop.models import Tag
from bookshop.serializers import TagSerializer
from django_rustaccel import asgi, wsgi
from django_rustaccel.core.timing import RequestTimes
from django_rustaccel.metrics import RequestCollector, metrics_view
from django_rustaccel.middleware import TimingMiddleware
from middleware.adapters import Given, Sent

#: Seconds that a slow query takes.
SLEEP = 0.02
FORK = multiprocessing.get_context("fork")


def answer(serve, given=None, path="/", method="GET", **options):
    options = {"histograms": False} | options
    return serve("TimingMiddleware", options, Sent({}, method, path), given or Given(b"seen"))


def test_the_client_is_told(serve):
    got = answer(serve)
    assert re.match(r"total;dur=\d+\.\d{3}(, |$)", got.headers["server-timing"])
    assert got.body == b"seen"
    assert "server-timing" not in answer(serve, server_timing=False).headers


def test_what_the_application_tells_stays(serve):
    got = answer(serve, Given(b"", [("Server-Timing", "app;dur=1")]))
    assert got.headers["server-timing"].startswith("app;dur=1, total;dur=")


def test_streams_are_told_at_their_start(serve):
    got = answer(serve, Given([b"one", b"two"]))
    assert "total;dur=" in got.headers["server-timing"]
    assert got.chunks[:2] == [b"one", b"two"]


@pytest.mark.parametrize(("slow_seconds", "lines"), [(0, 1), (60, 0), (None, 0)])
def test_slow_requests_are_logged(serve, slow_seconds, lines, caplog):
    with caplog.at_level(logging.WARNING, "django_rustaccel.slow"):
        answer(serve, path="/a\nb", slow_seconds=slow_seconds)
    assert len(caplog.records) == lines
    for record in caplog.records:
        assert re.search(r"GET '/a\\nb' 200 took \d\.\d{3} s", record.getMessage())


def test_requests_are_counted(serve, tmp_path):
    file = tmp_path / "histograms"
    options = {"histograms": True, "file": file, "buckets": (1e-9, 60.0), "capacity": 20}
    for method in ("GET", "GET", "POST", "BREW"):
        answer(serve, Given(b"", status=404), method=method, **options)
    seen = {each[:3]: each.counts for each in RequestTimes((1e-9, 60.0), file, 20).collect()}
    expected = {("GET", 2), ("POST", 1), ("other", 1)}
    assert seen == {(name, "unmatched", "404"): [0, n, 0] for name, n in expected}


def test_failures_are_counted(tmp_path):
    def failing(environ, start_response):
        raise ZeroDivisionError

    async def afailing(scope, receive, send):
        raise ZeroDivisionError

    file = tmp_path / "histograms"
    with pytest.raises(ZeroDivisionError):
        wsgi.TimingMiddleware(failing, file=file)({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, None)
    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(ZeroDivisionError):
        asyncio.run(asgi.TimingMiddleware(afailing, file=file)(scope, None, None))
    (seen,) = RequestTimes(file=file).collect()
    assert (seen.method, seen.status, sum(seen.counts)) == ("GET", "500", 2)


def view(request, name):
    connection.ensure_connection()
    list(Group.objects.all())
    Group.objects.count()
    serializer = TagSerializer(Tag.objects.all(), many=True)
    return HttpResponse(str(len(serializer.data)))


async def aview(request, name):
    return await sync_to_async(view)(request, name)


def post_view(request, name):
    def slow(execute, *args):
        time.sleep(SLEEP)
        return execute(*args)

    with connection.execute_wrapper(slow):
        serializer = TagSerializer(data={"name": name, "colour": "#ff0000"})
        assert serializer.is_valid(), serializer.errors
        rows = TagSerializer(Tag.objects.all(), many=True).data
    return HttpResponse(JSONRenderer().render(rows))


urlpatterns = [
    path("shop/<str:name>/", view),
    path("ashop/<str:name>/", aview),
    path("tags/<str:name>/", post_view),
    path("metrics/", metrics_view),
]
TOTAL = r"total;dur=[\d.]+, "
middleware = override_settings(
    ROOT_URLCONF=__name__, MIDDLEWARE=[f"{TimingMiddleware.__module__}.TimingMiddleware"]
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("new_thread")
@middleware
def test_queries_and_serializers():
    connection.ensure_connection()  # MySQL begins with a query.
    expected = TOTAL + r'db;dur=[\d.]+;desc="3 queries", serializers;dur=[\d.]+;desc="rows 1"'
    for url in ("/shop/a/", "/ashop/a/"):
        assert re.fullmatch(expected, Client().get(url)["Server-Timing"])
        got = asyncio.run(AsyncClient().get(url))
        assert re.fullmatch(expected, got["Server-Timing"])


@pytest.mark.django_db(transaction=True)
@middleware
def test_the_time_of_serializers_is_without_that_of_their_queries():
    told = Client().get("/tags/fiction/")["Server-Timing"]
    parts = dict(part.split(";", 1) for part in told.split(", ") if ";" in part)
    count = int(re.search(r"(\d+) queries", parts["db"])[1])
    database = float(re.search(r"dur=([\d.]+)", parts["db"])[1])
    serializers = float(re.search(r"dur=([\d.]+)", parts["serializers"])[1])
    total = float(re.search(r"dur=([\d.]+)", parts["total"])[1])
    assert database >= count * SLEEP * 1000
    assert 0 < serializers <= total - database
    assert re.search(r'desc="write (native|stock) 1, rows 1"', told)


@pytest.mark.django_db(transaction=True)
@middleware
def test_a_wrapper_around_the_first_query_is_taken_off_again():
    connection.close()
    connection.execute_wrappers.clear()

    def wrapper(execute, *args):
        return execute(*args)

    with connection.execute_wrapper(wrapper):
        Client().get("/shop/a/")
    assert wrapper not in connection.execute_wrappers


@pytest.mark.django_db
@middleware
@override_settings(RUSTACCEL={"ACCELERATE_DRF": True, "TIMING": {"BUCKETS": (0.5, 60)}})
@pytest.mark.parametrize("accept", ["", "text/plain", "application/openmetrics-text;version=x"])
def test_metrics(accept):
    for name in "abc":
        Client().get(f"/shop/{name}/")
    body = Client().get("/metrics/", headers={"Accept": accept}).content.decode()
    families = {family.name: family for family in text_string_to_metric_families(body)}
    assert "python_gc_objects_collected" in families
    samples = families["http_request_duration_seconds"].samples
    labels = {"method": "GET", "route": "/shop/<str:name>/", "status": "200"}
    found = {
        (s.name.rpartition("_")[2], s.labels.get("le")): s.value
        for s in samples
        if labels.items() <= s.labels.items()
    }
    assert found["count", None] == found["bucket", "+Inf"] >= 3
    assert found["bucket", "0.5"] <= found["bucket", "60.0"] <= found["count", None]
    assert found["sum", None] > 0


def observe_many(file, times):
    """Count in a process of its own."""
    times = times or RequestTimes((1.0,), file)
    for number in range(2000):
        times.observe("GET", f"/{number % 50}", 200, 0.5)


@pytest.mark.parametrize("is_made_before", [True, False])
def test_processes_count_together(tmp_path, is_made_before):
    file = tmp_path / "histograms"
    times = RequestTimes((1.0,), file) if is_made_before else None
    workers = [FORK.Process(target=observe_many, args=(file, times)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert worker.exitcode == 0
    seen = list(RequestTimes((1.0,), file).collect())
    assert sorted(each.counts[0] for each in seen) == [160] * 50
    assert sum(each.seconds for each in seen) == pytest.approx(4000)


def test_a_killed_process_takes_nothing_with_it(tmp_path):
    file = tmp_path / "histograms"
    times = RequestTimes((1.0,), file)
    observe_many(file, times)
    code = (
        "import sys; from django_rustaccel.core.timing import RequestTimes\n"
        "times = RequestTimes((1.0,), sys.argv[1]); number = 0\n"
        "print('ready', flush=True)\n"
        "while True: number += 1; times.observe('POST', str(number % 900), 200, 0.1)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, file], stdout=subprocess.PIPE) as worker:
        assert worker.stdout.readline()
        worker.kill()
    observe_many(file, times)
    seen = {each[:2]: sum(each.counts) for each in RequestTimes((1.0,), file).collect()}
    assert all(seen["GET", f"/{number}"] == 80 for number in range(50))


def test_memory_is_bounded():
    times = RequestTimes((1.0,), capacity=10)
    for number in range(1000):
        times.observe("GET", f"/{number}", 200, 0.5)
    seen = list(times.collect())
    assert len(seen) == 11
    assert seen[0][:3] == ("other", "other", "other")
    assert sum(sum(each.counts) for each in seen) == 1000


@pytest.mark.parametrize("buckets", [(), (0.0,), (1.0, 1.0), (2.0, 1.0), (float("inf"),)])
def test_wrong_buckets(buckets):
    with pytest.raises(ValueError, match="bounds"):
        RequestTimes(buckets)


def test_a_collector_for_other_registries():
    times = RequestTimes((1.0,))
    times.observe("GET", "/", 200, 5.0)
    (family,) = RequestCollector(times).collect()
    values = [(sample.name.rpartition("_")[2], sample.value) for sample in family.samples]
    assert values == [("bucket", 0.0), ("bucket", 1.0), ("count", 1.0), ("sum", 5.0)]
