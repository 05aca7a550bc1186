"""Parts pass all middleware, the same instances of it, and leave nothing behind."""

import pytest
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.test import override_settings
from django.urls import get_urlconf
from django.utils import timezone, translation

from batching import conftest, site
from batching.asking import WAYS, Site, chunks

both = pytest.mark.parametrize("way", WAYS, ids="-".join)


@both
def test_once_for_each_part_and_always_the_same_instance(way):
    client = Site(way)
    alone = client.send("GET", "/empty/")["X-Instance"]
    site.Seen.paths.clear()
    made = site.Seen.made
    first, second = client.ask({"path": "/empty/"}, {"path": "/protected/"})
    assert site.Seen.paths == [client.view, "/empty/", "/protected/"]
    assert first["headers"]["X-Instance"] == second["headers"]["X-Instance"] == alone
    assert site.Seen.made == made


@both
def test_a_part_is_no_request_of_the_server(way):
    seen = []

    def note(sender, **kwargs):
        seen.append(sender)

    request_started.connect(note)
    request_finished.connect(note)
    try:
        response = Site(way).post([{"path": "/file/"}, {"path": "/stream/"}, {"path": "/tags/"}])
        response.close()
    finally:
        request_started.disconnect(note)
        request_finished.disconnect(note)
    assert len(seen) <= 3


@both
def test_what_a_part_changes_around_it_is_restored(way):
    before, _, after = Site(way).ask(
        {"path": "/surroundings/", "headers": {"Accept-Language": "fr"}},
        {"path": "/abroad/"},
        {"path": "/surroundings/", "headers": {"Accept-Language": "fr"}},
    )
    assert before["body"] == after["body"] == ["fr", "UTC", "batching.site"]
    assert translation.get_language() != "de"
    assert timezone.get_current_timezone_name() == "UTC"
    assert get_urlconf() in (None, "batching.site")


@both
def test_a_limit_counts_the_parts(way):
    limited = [*conftest.MIDDLEWARE, "django_rustaccel.middleware.RateLimitMiddleware"]
    limit = {"RATE_LIMIT": {"RATE": "6/h", "KEY": "ip", "ALGORITHM": "fixed-window"}}
    with override_settings(MIDDLEWARE=limited, RUSTACCEL=limit):
        client = Site(way)
        # The batch is a request too.
        statuses = [answer["status"] for answer in client.ask(*[{"path": "/empty/"}] * 7)]
        assert statuses == [204] * 5 + [429] * 2
        assert client.send("GET", "/empty/").status_code == 429


@both
def test_throttles_of_views_count_the_parts(way):
    cache.clear()
    answers = Site(way).ask(*[{"path": "/throttled/"}] * 5)
    assert [answer["status"] for answer in answers] == [200] * 3 + [429] * 2
    assert Site(way).send("GET", "/throttled/").status_code == 429
    cache.clear()


@both
def test_compression_is_for_the_whole(way):
    zipped = ["django.middleware.gzip.GZipMiddleware", *conftest.MIDDLEWARE]
    with override_settings(MIDDLEWARE=zipped):
        response = Site(way).post([{"path": "/tags/"}] * 20, **{"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response.content[:2] == b"\x1f\x8b"


@both
def test_a_client_that_goes_away(way):
    """What has not begun is not sent, and what has begun is ended."""
    client = Site(way)
    site.Seen.paths.clear()
    response = client.post(
        [{"path": f"/slow/{n}/"} for n in (1, 2, 3)], accept="application/x-ndjson"
    )
    if response.is_async:
        from asgiref.sync import async_to_sync

        async def leave():
            lines = aiter(response.streaming_content)
            await anext(lines)
            await lines.aclose()

        async_to_sync(leave)()
    else:
        lines = iter(response.streaming_content)
        next(lines)
        response.close()
        assert site.Seen.paths == [client.view, "/slow/1/"]


def test_lines_come_one_by_one():
    response = Site().post([{"path": "/empty/"}] * 3, accept="application/x-ndjson")
    site.Seen.paths.clear()
    lines = iter(response.streaming_content)
    next(lines)
    assert site.Seen.paths == ["/empty/"]
    assert len(list(lines)) == 2
    assert chunks(Site().post([], accept="application/x-ndjson")) == []
