"""The short way to the backend leads where Django's does."""

import asyncio
import subprocess
import sys
import threading
from unittest import mock

import pytest
from django.core import cache as django_cache
from django.core.cache import InvalidCacheBackendError, caches
from django.core.cache.backends.base import BaseCache
from django.test import override_settings
from django.utils.connection import ConnectionProxy

from django_rustaccel.cache import cache, proxy

stock = ConnectionProxy(caches, "default")
OURS = {"BACKEND": "django_rustaccel.cache.RustCache", "LOCATION": "proxy"}
LOCMEM = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "proxy"}

NAMES = [name for name in vars(BaseCache) if not name.startswith("_")]


@pytest.fixture(params=[OURS, LOCMEM], ids=["ours", "locmem"], autouse=True)
def settings_of_caches(request):
    with override_settings(CACHES={"default": request.param}):
        yield


def same_backend():
    return cache.get.__self__ is stock.get.__self__ is caches["default"]


def test_it_leads_to_the_same_backend():
    for name in NAMES:
        assert getattr(cache, name) == getattr(stock, name)
    assert same_backend()
    cache.set("key", 1)
    assert (stock.get("key"), "key" in cache, cache == caches["default"]) == (1, True, True)
    cache.key_prefix = "x"
    assert (caches["default"].key_prefix, cache.key_prefix) == ("x", "x")


def test_in_threads_and_tasks():
    found = []

    def look():
        found.append((cache.get.__self__, stock.get.__self__, caches["default"]))

    async def in_task():
        caches["default"] = type(caches["default"])("own", {})
        look()

    async def main():
        look()
        await asyncio.gather(in_task(), in_task())

    look()
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    asyncio.run(main())
    assert len(found) == 5
    assert all(mine is djangos is real for mine, djangos, real in found)
    assert len({id(mine) for mine, *_ in found}) >= 4


def test_when_settings_change():
    before = cache.get.__self__
    with override_settings(CACHES={"default": LOCMEM}):
        assert same_backend()
        assert cache.get.__self__ is not before
    assert same_backend()
    with override_settings(CACHES={"default": {"BACKEND": "there.is.none"}}):
        for each in (cache, stock):
            with pytest.raises(InvalidCacheBackendError, match="none"):
                each.get("key")


def test_what_is_put_in_place_of_a_method():
    with mock.patch.object(cache, "get", return_value="patched"):
        assert (cache.get("none"), stock.get("none")) == ("patched", "patched")
    assert (cache.get("none"), stock.get("none")) == (None, None)
    with pytest.raises(AttributeError, match="no_such_method"):
        cache.no_such_method  # noqa: B018


def test_djangos_own_proxy_is_made_one_where_that_is_asked_for():
    imported = django_cache.cache
    with override_settings(RUSTACCEL={"ACCELERATE_CACHE_PROXY": True}):
        assert type(imported) is proxy.CacheProxy
        assert isinstance(imported, ConnectionProxy)
        imported.set("key", 5)
        assert stock.get("key") == 5
    with override_settings(RUSTACCEL={"ACCELERATE_CACHE_PROXY": False}):
        assert type(imported) is ConnectionProxy


@pytest.mark.parametrize(
    ("backend", "expected"), [(OURS, proxy.CacheProxy), (LOCMEM, ConnectionProxy)]
)
def test_it_is_made_one_for_a_cache_of_ours(backend, expected):
    with override_settings(CACHES={"default": backend}):
        assert type(django_cache.cache) is expected
        with override_settings(RUSTACCEL={"ACCELERATE_CACHE_PROXY": False}):
            assert type(django_cache.cache) is ConnectionProxy


@pytest.mark.parametrize("shape", ["other local", "other storage", "nothing"])
def test_an_asgiref_of_another_shape(shape, monkeypatch):
    """Nothing is taken for granted: what is not known is asked of Django."""

    class Local:
        pass

    other = Local()
    if shape == "other storage":
        other._storage = Local()
        other._storage._data = {"default": "wrong"}
    monkeypatch.setattr(caches, "_connections", other if shape != "nothing" else None)
    if shape == "nothing":
        with pytest.raises(AttributeError):
            cache.get("key")
    else:
        assert same_backend()


def test_at_start():
    code = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django_rustaccel"],
    CACHES={"default": {"BACKEND": "django_rustaccel.cache.RustCache"}},
)
django.setup()
from django.core.cache import cache
cache.set("key", 1)
assert cache.get("key") == 1 and type(cache).__name__ == "CacheProxy"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
