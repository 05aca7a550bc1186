"""What this package runs on, and which settings of the project it could speed up."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import global_settings
from django.conf import settings as django_settings
from django.db import connections

import django_rustaccel
from django_rustaccel.conf import NAME, settings

PACKAGES = ("django", "djangorestframework", "channels", "psycopg", "redis")
#: Instructions that native code makes use of where the processor has them.
INSTRUCTIONS = frozenset(["avx2", "avx512f", "sha_ni", "asimd", "sha1", "sha2"])

_LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
_GZIP = "django.middleware.gzip.GZipMiddleware"


def versions() -> dict[str, str]:
    """The version of each part that is there, by its name."""
    found = {"django-rustaccel": django_rustaccel.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def databases() -> dict[str, str]:
    """The vendor of each database, by its alias; none is connected to."""
    return {alias: connections[alias].vendor for alias in connections}


def processor() -> dict[str, Any]:
    """The architecture, and which of :data:`INSTRUCTIONS` it has; ``None`` where nobody tells."""
    return {"system": platform.system(), "machine": platform.machine(), "has": instructions()}


def instructions(path: str = "/proc/cpuinfo") -> list[str] | None:
    """Of :data:`INSTRUCTIONS` those that Linux names."""
    try:
        text = Path(path).read_text("utf-8", "replace")
    except OSError:
        return None
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.MULTILINE)
    return sorted(INSTRUCTIONS & set(line[1].split())) if line else None


def suggestions() -> Iterator[str]:
    """Settings of Django for which this package has something faster with the same results."""
    from django_rustaccel import hashers

    if not settings.accelerate_drf:
        yield f'{NAME}["ACCELERATE_DRF"] = True accelerates every serializer'
    for name in django_settings.PASSWORD_HASHERS[:1]:
        module, _, cls = name.rpartition(".")
        if module == "django.contrib.auth.hashers" and cls in hashers.__all__:
            yield f"PASSWORD_HASHERS: {hashers.__name__}.{cls} in place of Django's {cls}"
    for alias, options in django_settings.CACHES.items():
        # Django's own default, which nobody has chosen, is not in use in most projects.
        is_chosen = django_settings.CACHES != global_settings.CACHES
        if options.get("BACKEND") == _LOCAL_MEMORY and is_chosen:
            yield f"CACHES[{alias!r}]: django_rustaccel.cache.RustCache in place of LocMemCache"
    if _GZIP in django_settings.MIDDLEWARE:
        yield (
            "MIDDLEWARE: django_rustaccel.middleware.CompressionMiddleware in place of"
            " GZipMiddleware"
        )
