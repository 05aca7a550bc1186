"""Settings of Django's own tests: those of its example file, a recording runner, and, when the
engine asks for it, our classes under the names of Django's.
"""

import os
from typing import Any

DATABASES = {name: {"ENGINE": "django.db.backends.sqlite3"} for name in ("default", "other")}
SECRET_KEY = "django_tests_secret_key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
USE_TZ = False
TEST_RUNNER = "django_recorder.RecordingRunner"


def put_ours_in_place() -> None:
    """Replace what the tests import, before they do."""
    from django.contrib.auth import hashers as stock_hashers
    from django.core import signing as stock_signing

    from django_rustaccel import hashers, signing

    for name in hashers.__all__:
        setattr(stock_hashers, name, getattr(hashers, name))
    for name in ("Signer", "TimestampSigner"):
        setattr(stock_signing, name, getattr(signing, name))
    put_compression_in_place()
    put_the_cache_in_place()
    put_the_serializers_in_place()


def put_compression_in_place() -> None:
    """Ours under the name of Django's, with gzip alone and Django's attribute."""
    from django.middleware import gzip

    from django_rustaccel.core.policies.compression import CompressionPolicy
    from django_rustaccel.middleware import CompressionMiddleware

    class GZipMiddleware(CompressionMiddleware):
        max_random_bytes = 100

        def make_policy(self) -> CompressionPolicy:
            return CompressionPolicy(["gzip"], max_random_bytes=self.max_random_bytes)

    gzip.GZipMiddleware = GZipMiddleware  # type: ignore[misc]


def put_the_cache_in_place() -> None:
    """Ours under the name of Django's, with the attribute by which its tests share entries."""
    from django.core.cache.backends import locmem

    from django_rustaccel.cache import RustCache, proxy

    class LocMemCache(RustCache):
        _expire_info: Any = None

        @property
        def _cache(self) -> Any:
            return self._store

        @_cache.setter
        def _cache(self, store: Any) -> None:
            self._store = store

    locmem.LocMemCache = LocMemCache  # type: ignore[misc]
    proxy.install()


def put_levels_in_place() -> None:
    """Django's class behind a local level of ours, under its own name."""
    from django.core.cache.backends import locmem

    from django_rustaccel.cache import TwoLevelCache

    behind = locmem.LocMemCache

    class LocMemCache(TwoLevelCache):
        def __init__(self, name: str, params: dict[str, Any]) -> None:
            self._behind = behind(name, params)
            options = {**params.get("OPTIONS", {}), "L2": "behind", "STALENESS": 300}
            super().__init__(name, {**params, "OPTIONS": options})

        @property
        def _l2(self) -> Any:
            return self._behind

        def __getattr__(self, name: str) -> Any:
            if name in ("_cache", "_expire_info", "_lock"):
                return getattr(self._behind, name)
            raise AttributeError(name)

    locmem.LocMemCache = LocMemCache  # type: ignore[misc]


def put_the_serializers_in_place() -> None:
    """Ours as built-in ones: the tests of Django set ``SERIALIZATION_MODULES`` themselves."""
    from django.core.serializers import BUILTIN_SERIALIZERS

    for name in ("json", "jsonl"):
        BUILTIN_SERIALIZERS[name] = f"django_rustaccel.serializers.{name}"


if os.environ["RUSTACCEL_ENGINE"] == "rustaccel":
    put_ours_in_place()
elif os.environ["RUSTACCEL_ENGINE"] == "levels":
    put_levels_in_place()
