"""What may be set, and what `manage.py check` says of the rest."""

import pytest
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import run_checks
from django.test import override_settings

from cache.making import fresh
from django_rustaccel.cache import RustCache, TwoLevelCache, options

OURS = "django_rustaccel.cache.RustCache"
FAR = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1"}


class Derived(RustCache):
    pass


class Front(TwoLevelCache):
    pass


def problems(given, backend=OURS, **others):
    caches = {"default": {"BACKEND": backend, "OPTIONS": given}, "far": FAR, **others}
    with override_settings(CACHES=caches):
        return [(found.id, found.msg) for found in run_checks(tags=["rustaccel"])]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"MAX_ENTRIES": 10_000},
        {"MAX_ENTRIES": 10, "MAX_BYTES": 10_000, "CULL_FREQUENCY": 3},
        {"COMPRESS": 1000, "STALE": 2.5},
        {"COMPRESS": None},
        {"L2": "far"},
        {"L2": "far", "STALENESS": 0.5, "INVALIDATION": None},
        {"L2": "far", "INVALIDATION": "rediss://elsewhere:6380/1"},
    ],
)
def test_good_options(given):
    assert problems(given) == []
    assert problems(given, "cache.test_options.Front" if "L2" in given else OURS) == []


@pytest.mark.parametrize(
    ("given", "number", "expected"),
    [
        ({"MAX_BITES": 1}, "E005", "['MAX_BITES'] is no option; did you mean 'MAX_BYTES'?"),
        ({"zzz": 1}, "E005", "known are MAX_ENTRIES, CULL_FREQUENCY, MAX_BYTES"),
        ({"MAX_BYTES": 0}, "E005", "['MAX_BYTES'] must be a whole number above 0, not 0."),
        ({"MAX_BYTES": 2**63}, "E005", "that a machine can have"),
        ({"MAX_ENTRIES": "many"}, "E005", "must be a whole number above 0, not 'many'."),
        ({"COMPRESS": True}, "E005", "must be a whole number above 0, or None, not True."),
        ({"STALE": -1}, "E005", "must be seconds, 0 or more, not -1."),
        ({"STALE": float("inf")}, "E005", "must be seconds"),
        ({"STALENESS": 5}, "E005", "['STALENESS'] needs L2."),
        ({"L2": "far", "STALENESS": 0}, "E005", "must be seconds, more than 0, not 0."),
        ({"L2": "far", "INVALIDATION": "ftp://x"}, "E005", 'must be "auto", None or a redis://'),
        ({"L2": "far", "STALE": 5}, "E005", "['STALE'] cannot be had with L2"),
        ({"L2": ["far"]}, "E005", "must be the alias of another cache, not ['far']."),
        ({"L2": "nowhere"}, "E006", "is 'nowhere', which is not in CACHES."),
        ({"L2": "default"}, "E006", "is this cache itself."),
        ({"L2": "front"}, "E006", "is 'front', which has an L2 of its own."),
        ({"L2": "local"}, "E006", "is 'local', which is in the memory of this process too."),
        ({"MAX_BYTES": 2**20}, "W003", "300 entries at most, as in Django."),
        ({"MAX_BYTES": 12_800, "MAX_ENTRIES": 1000}, "W003", "100 empty ones do."),
    ],
)
def test_wrong_options(given, number, expected):
    front = {"BACKEND": OURS, "OPTIONS": {"L2": "far"}}
    local = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    ((found, message),) = problems(given, front=front, local=local)
    assert found == f"rustaccel.{number}"
    assert expected in message
    assert message.startswith("CACHES['default']['OPTIONS']")


def test_a_derived_class_with_another_level():
    ((_, message),) = problems({"L2": "far"}, "cache.test_options.Derived")
    assert "needs Derived to derive from TwoLevelCache" in message


def test_without_redis_py(monkeypatch):
    monkeypatch.setattr("django_rustaccel.cache.checks.find_spec", lambda name: None)
    ((number, message),) = problems({"L2": "far"})
    assert (number, "install django-rustaccel[redis]" in message) == ("rustaccel.E006", True)


def test_other_backends_are_left_alone():
    assert problems({"MAX_BITES": 1}, "django.core.cache.backends.locmem.LocMemCache") == []
    assert problems({"MAX_BITES": 1}, "there.is.none") == []


@pytest.mark.parametrize("name", ["MAX_BYTES", "COMPRESS", "STALE"])
def test_wrong_options_do_not_make_a_cache(name):
    with pytest.raises(ValueError, match=name):
        fresh(RustCache, OPTIONS={name: "much"})


def test_odd_numbers_of_entries_are_read_as_django_reads_them():
    for value in ("many", None, "7"):
        params = {"OPTIONS": {"MAX_ENTRIES": value}}
        assert fresh(RustCache, **params)._max_entries == LocMemCache("x", params)._max_entries


def test_the_overhead_is_that_of_the_native_store():
    cache = fresh(RustCache, TIMEOUT=None)
    cache.set("key", None)
    used = cache.statistics()["bytes"]
    assert used == options.OVERHEAD + len(":1:key") + None.__sizeof__()
