"""Settings of a project for which this package has something faster with the same results."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import global_settings
from django.conf import settings as django_settings

from django_rustaccel.conf import NAME, settings
from django_rustaccel.core.origin import shorten
from django_rustaccel.doctor.changes import Change, Gain
from django_rustaccel.doctor.sample import Sampled

_HASHERS = "django.contrib.auth.hashers"
_OUR_HASHERS = "django_rustaccel.hashers"
#: How many times as fast ours verify: the table in docs/benchmarks.md. bcrypt's is no faster.
_HASHER_GAINS = {
    "PBKDF2PasswordHasher": 3.1,
    "PBKDF2SHA1PasswordHasher": 3.4,
    "Argon2PasswordHasher": 5.9,
    "ScryptPasswordHasher": 3.1,
}
_THROTTLES = ("AnonRateThrottle", "UserRateThrottle", "ScopedRateThrottle")
_LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
_SHARED_CACHES = ("RedisCache", "PyMemcacheCache", "PyLibMCCache")
_GZIP = "django.middleware.gzip.GZipMiddleware"
_TOOLBAR = "debug_toolbar.middleware.DebugToolbarMiddleware"


def large(sampled: Iterable[Sampled] = ()) -> Iterator[Change]:
    """What concerns every request, or every login; a sample tells what the first one gains."""
    if not settings.accelerate_drf:
        yield _accelerated(list(sampled))
    yield from _hashers()
    yield from _toolbar()
    yield from _compression()


def small() -> Iterator[Change]:
    """What saves less than a serializer that is read from a better tier."""
    yield from _sessions()
    yield from _throttles()
    yield from _caches()
    yield from _signing()
    yield from _fixtures()


def _accelerated(sampled: list[Sampled]) -> Change:
    gain = Gain("estimated: lists 4 to 30 times as fast (docs/benchmarks.md)")
    if sampled:
        saved = sum(1000 * (each.stock - each.accelerated) * each.times for each in sampled)
        total = sum(1000 * each.stock * each.times for each in sampled)
        text = f"{saved:.2f} of the {total:.2f} ms that the sample takes"
        gain = Gain(text, measured=True, milliseconds=saved)
    edit = f'{NAME} = {{"ACCELERATE_DRF": True}}'
    return Change(edit, place(NAME), "serializers are accelerated only where they opt in", gain)


def _hashers() -> Iterator[Change]:
    current = list(django_settings.PASSWORD_HASHERS)
    slower = [name for name in map(_class_of_django, current) if name in _HASHER_GAINS]
    if not slower or "django.contrib.auth" not in django_settings.INSTALLED_APPS:
        return
    new = [
        f"{_OUR_HASHERS}.{name}" if (name := _class_of_django(path)) in _HASHER_GAINS else path
        for path in current
    ]
    text = f"estimated: {slower[0]} verifies {_HASHER_GAINS[slower[0]]} times as fast"
    yield Change(
        f"PASSWORD_HASHERS = {json.dumps(new, indent=4)}",
        place("PASSWORD_HASHERS"),
        f"passwords are hashed by Django's {', '.join(slower)}",
        Gain(f"{text}; `manage.py rustaccel hashers` measures it"),
    )


def _class_of_django(path: str) -> str:
    module, _, cls = path.rpartition(".")
    return cls if module == _HASHERS else ""


def _toolbar() -> Iterator[Change]:
    if _TOOLBAR not in django_settings.MIDDLEWARE or django_settings.DEBUG:
        return
    yield Change(
        f"MIDDLEWARE: {_TOOLBAR} only `if DEBUG:`",
        place("MIDDLEWARE"),
        "the debug toolbar is left on without DEBUG",
        Gain("a few milliseconds of each request that the toolbar is shown for"),
    )


def _compression() -> Iterator[Change]:
    if _GZIP in django_settings.MIDDLEWARE:
        yield Change(
            "MIDDLEWARE: django_rustaccel.middleware.CompressionMiddleware in place of"
            " GZipMiddleware",
            place("MIDDLEWARE"),
            "responses are compressed by Django's GZipMiddleware",
            Gain("estimated: gzip 2.5 times as fast, zstd 4.7 times for clients that take it"),
        )


def _sessions() -> Iterator[Change]:
    is_used = "django.contrib.sessions.middleware.SessionMiddleware" in django_settings.MIDDLEWARE
    cache = django_settings.CACHES.get(django_settings.SESSION_CACHE_ALIAS, {})
    is_shared = cache.get("BACKEND", "").endswith(_SHARED_CACHES)
    if not (is_used and is_shared and _is("SESSION_ENGINE", "django.contrib.sessions.backends.db")):
        return
    yield Change(
        'SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"',
        place("SESSION_ENGINE"),
        "every request of a user who is logged in reads the session from the database",
        Gain("one query less for each of these requests"),
    )


def _throttles() -> Iterator[Change]:
    classes = getattr(django_settings, "REST_FRAMEWORK", {}).get("DEFAULT_THROTTLE_CLASSES", ())
    paths = [each if isinstance(each, str) else _dotted(each) for each in classes]
    ours = [name for name in _THROTTLES if f"rest_framework.throttling.{name}" in paths]
    if ours:
        yield Change(
            'REST_FRAMEWORK["DEFAULT_THROTTLE_CLASSES"]: '
            + ", ".join(f"django_rustaccel.drf.throttling.{name}" for name in ours),
            place("REST_FRAMEWORK"),
            "throttles read a list of times and write it back: what comes between is not counted",
            Gain("estimated: 27 times as fast for a request that passes"),
        )


def _dotted(cls: Any) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _caches() -> Iterator[Change]:
    # Django's own default, which nobody has chosen, is not in use in most projects.
    if django_settings.CACHES == global_settings.CACHES:
        return
    for alias, options in django_settings.CACHES.items():
        if options.get("BACKEND") == _LOCAL_MEMORY:
            yield Change(
                f'CACHES[{alias!r}]["BACKEND"] = "django_rustaccel.cache.RustCache"',
                place("CACHES"),
                "LocMemCache pickles every value, and drops a third of all when it is full",
                Gain("estimated: `get` and `set` 4 to 15 times as fast"),
            )


def _signing() -> Iterator[Change]:
    cookies = "django.contrib.sessions.backends.signed_cookies"
    if _is("SESSION_ENGINE", cookies) and _is(
        "SIGNING_BACKEND", "django.core.signing.TimestampSigner"
    ):
        yield Change(
            'SIGNING_BACKEND = "django_rustaccel.signing.TimestampSigner"',
            place("SIGNING_BACKEND"),
            "sessions are signed cookies: every request verifies one",
            Gain("estimated: 5 times as fast, microseconds of a request"),
        )


def _fixtures() -> Iterator[Change]:
    known = getattr(django_settings, "SERIALIZATION_MODULES", {})
    missing = [name for name in ("json", "jsonl") if name not in known]
    if missing:
        modules = {name: f"django_rustaccel.serializers.{name}" for name in missing}
        yield Change(
            f"SERIALIZATION_MODULES = {json.dumps(known | modules, indent=4)}",
            place("SERIALIZATION_MODULES"),
            "`dumpdata` and `loaddata` run Django's serializers",
            Gain("estimated: `dumpdata` 29 times, `loaddata` 4 times as fast"),
        )


def _is(setting: str, value: str) -> bool:
    return bool(getattr(django_settings, setting) == value)


def place(setting: str) -> str:
    """File and line of a setting, or the file where it would stand; empty where none is known."""
    module = sys.modules.get(getattr(django_settings, "SETTINGS_MODULE", None) or "")
    path = getattr(module, "__file__", None)
    if not path:
        return ""
    try:
        with open(path, encoding="utf-8") as source:
            lines = enumerate(source, start=1)
            found = next((n for n, line in lines if re.match(rf"{setting}\b", line)), 0)
    except OSError:
        return ""
    return f"{shorten(path)}:{found}" if found else shorten(path)
