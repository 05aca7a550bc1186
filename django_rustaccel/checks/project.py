"""What a project's settings name: middleware, caches, and its settings files."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.core.cache.backends.locmem import LocMemCache
from django.utils.module_loading import import_string

from django_rustaccel.conf import rate_limit_arguments, settings
from django_rustaccel.webhooks import WebhookVerifier

OURS = "django_rustaccel.middleware"
RATE_LIMIT = f"{OURS}.RateLimitMiddleware"
WEBHOOKS = f"{OURS}.WebhookSignatureMiddleware"
STOCK_HEADER = f"{OURS}.StockHeaderMiddleware"
COMPRESSION = f"{OURS}.CompressionMiddleware"
TIMING = f"{OURS}.TimingMiddleware"


def middleware_position(name: str) -> int | None:
    """Where the class of this dotted path, or one derived from it, first stands in ``MIDDLEWARE``.

    Nothing is imported for a path that stands there itself.
    """
    paths = list(django_settings.MIDDLEWARE)
    if name in paths:
        return paths.index(name)
    wanted = imported(name)
    for position, found in enumerate(map(imported, paths)):
        if isinstance(found, type) and isinstance(wanted, type) and issubclass(found, wanted):
            return position
    return None


def imported(path: Any) -> Any:
    """What a dotted path names; ``None`` where it names nothing.

    Some modules of Django raise other errors than ``ImportError`` where their app is not installed.
    """
    try:
        return import_string(path) if isinstance(path, str) else path
    except Exception:
        return None


def backend_of(alias: str) -> type:
    """The class behind an alias of ``CACHES``; ``object`` where there is none."""
    backend = imported(django_settings.CACHES.get(alias, {}).get("BACKEND"))
    return backend if inspect.isclass(backend) else object


def is_in_one_process(alias: str) -> bool:
    """Whether each process has entries of its own behind this alias."""
    from django_rustaccel.cache.backend import RustCache

    if not issubclass(backend_of(alias), (LocMemCache, RustCache)):
        return False
    return "L2" not in django_settings.CACHES[alias].get("OPTIONS", {})


def settings_files() -> Iterator[Path]:
    """The file of the settings, and of what is imported from the package that it stands in."""
    name = getattr(django_settings, "SETTINGS_MODULE", None) or ""
    package = name.rpartition(".")[0]
    for module_name, module in list(sys.modules.items()):
        is_beside = package and module_name.startswith(f"{package}.")
        path = getattr(module, "__file__", None)
        if path and (module_name == name or is_beside):
            yield Path(path)


def webhook_routes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each path in ``RUSTACCEL["WEBHOOKS"]["ROUTES"]``, and the arguments of its verifier."""
    for path, route in settings.webhooks.get("ROUTES", {}).items():
        if isinstance(route, WebhookVerifier):
            yield path, {"secrets": route.keys, "replay_cache": route.replay_cache}
        else:
            yield path, {key.lower(): value for key, value in dict(route).items()}


def rate_limit_rules() -> list[dict[str, Any]]:
    """The rules in ``RUSTACCEL["RATE_LIMIT"]`` as arguments, the one without ``RULES`` first."""
    options = rate_limit_arguments(settings.rate_limit)
    return [*([options] if "rate" in options else []), *options.get("rules", ())]
