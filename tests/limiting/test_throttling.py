"""DRF's throttles and ours: the same answers one at a time, and exactly N of many at once."""

import threading

import pytest
from django.core.cache import cache, caches
from django.test import override_settings
from rest_framework import throttling as stock
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from django_rustaccel.drf import throttling as ours
from limiting.servers import User
from limiting.storages import REDIS, every_storage, need_redis, unique

RATES = {"anon": "3/min", "user": "3/min", "uploads": "2/hour"}
NAMES = ["AnonRateThrottle", "UserRateThrottle", "ScopedRateThrottle"]


@pytest.fixture(autouse=True)
def _clear():
    cache.clear()


class Clock:
    def __init__(self, now=1_000_000.0):
        self.now = now

    def __call__(self):
        return self.now


def view_of(throttle, clock=None, **attributes):
    """A view with one throttle, whose rates and time are the test's."""
    names = {"THROTTLE_RATES": RATES, **attributes}
    if clock is not None:
        names["timer"] = lambda self: clock()
    limited = type(throttle.__name__, (throttle,), names)

    class Limited(APIView):
        throttle_classes = [limited]
        throttle_scope = "uploads"
        permission_classes = []
        authentication_classes = []

        def get(self, request):
            return Response("served")

    return Limited.as_view()


def get(view, user=None, address="203.0.113.1"):
    request = APIRequestFactory(REMOTE_ADDR=address).get("/")
    if user is not None:
        force_authenticate(request, User(user))
    response = view(request)
    return response.status_code, response.headers.get("Retry-After")


@pytest.mark.parametrize("name", NAMES)
def test_bursts_are_answered_as_by_stock(name):
    clock = Clock()
    views = [view_of(getattr(module, name), clock) for module in (stock, ours)]
    for step in (0, 0, 0, 0, 10, 0.5, 49.5, 0, 0, 0, 3600, 0, 0, 0):
        clock.now += step
        for user in (None, 1):
            answers = [get(view, user) for view in views]
            assert answers[0] == answers[1], (step, user)


@pytest.mark.parametrize("name", NAMES)
def test_they_are_drf_classes_with_drf_options(name):
    throttle = getattr(ours, name)
    assert issubclass(throttle, getattr(stock, name))
    assert issubclass(throttle, ours.SimpleRateThrottle)
    with override_settings(REST_FRAMEWORK={"DEFAULT_THROTTLE_RATES": {"anon": "1/d"}}):
        assert throttle.parse_rate(throttle, "5/hour") == (5, 3600)


def test_no_rate_is_no_limit():
    view = view_of(ours.AnonRateThrottle, rate=None, get_rate=lambda self: None)
    assert {get(view) for _ in range(10)} == {(200, None)}


def test_own_keys_rates_and_hooks():
    calls = []

    class Own(ours.UserRateThrottle):
        rate = "2/d"
        scope = "own"

        def get_cache_key(self, request, view):
            return "one for all"

        def throttle_failure(self):
            calls.append("failure")
            return super().throttle_failure()

        def throttle_success(self):
            calls.append("success")
            return super().throttle_success()

    view = view_of(Own)
    assert [get(view, user)[0] for user in (1, 2, 3)] == [200, 200, 429]
    assert calls == ["success", "success", "failure"]


def test_other_algorithms():
    clock = Clock()
    view = view_of(ours.AnonRateThrottle, clock, algorithm="gcra")
    assert [get(view) for _ in range(4)] == [(200, None)] * 3 + [(429, "20")]
    clock.now += 20
    assert get(view) == (200, None)


def test_a_cleared_cache_forgets():
    view = view_of(ours.AnonRateThrottle)
    for _ in range(2):
        assert [get(view)[0] for _ in range(4)] == [200, 200, 200, 429]
        cache.clear()


def test_a_full_cache_does_not():
    view = view_of(ours.AnonRateThrottle)
    statuses = []
    for turn in range(12):
        statuses.append(get(view)[0])
        for number in range(100):
            cache.set(f"{turn}-{number}", 1)
    assert statuses == [200] * 3 + [429] * 9


@every_storage
def test_the_storage_of_the_settings(storage, prefix):
    with override_settings(RUSTACCEL={"RATE_LIMIT": {"STORAGE": storage}}):
        view = view_of(ours.AnonRateThrottle, cache_format=f"{prefix}%(scope)s%(ident)s")
        assert [get(view)[0] for _ in range(4)] == [200, 200, 200, 429]


def test_the_redis_of_the_cache():
    need_redis()
    backend = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS}
    with override_settings(CACHES={"default": {**backend, "KEY_PREFIX": unique()}}):
        view = view_of(ours.AnonRateThrottle)
        assert [get(view)[0] for _ in range(4)] == [200, 200, 200, 429]
        client = caches["default"]._cache.get_client()
        assert list(client.scan_iter(f"*{caches['default'].key_prefix}*"))


def test_requests_at_the_same_time_are_all_counted():
    view = view_of(ours.UserRateThrottle, rate="40/d")
    statuses = []

    def call():
        statuses.extend(get(view, 1)[0] for _ in range(25))

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(200) == 40
    assert statuses.count(429) == 60


@pytest.mark.parametrize("name", NAMES)
def test_a_full_cache_forgets_no_throttle(name):
    """`LocMemCache` drops what was asked for the longest ago."""
    view = view_of(getattr(ours, name))
    statuses = []
    for number in range(8):
        for other in range(100):
            cache.set(f"{number}.{other}", other)
        statuses.append(get(view)[0])
    assert statuses == ([200] * 2 + [429] * 6 if "Scoped" in name else [200] * 3 + [429] * 5)
