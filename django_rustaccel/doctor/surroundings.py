"""What this package runs on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.db import connections

import django_rustaccel
from django_rustaccel.core import processor as native

PACKAGES = ("django", "djangorestframework", "channels", "psycopg", "redis")


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
    """System, architecture, instructions that native code knows, and those that each part takes.

    ``memory`` is in bytes, of the container where that is less; ``None`` where nobody tells.
    """
    found = native.processor()
    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "memory": native.memory(),
        "features": found.features,
        "chosen": found.chosen,
    }
