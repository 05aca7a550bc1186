"""What several worker processes have to share, and do not."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.project import (
    TIMING,
    backend_of,
    is_in_one_process,
    middleware_position,
    webhook_routes,
)
from django_rustaccel.conf import NAME, settings

_CACHED_SESSIONS = tuple(
    f"django.contrib.sessions.backends.{name}" for name in ("cache", "cached_db")
)
_THROTTLES = "django_rustaccel.drf.throttling."


def configured_workers() -> int:
    """How many worker processes the environment asks servers for; 0 if it does not say."""
    arguments = os.environ.get("GUNICORN_CMD_ARGS", "")
    found = re.search(r"(?:^|\s)(?:-w|--workers)[\s=]*(\d+)", arguments)
    count = found[1] if found else os.environ.get("WEB_CONCURRENCY", "")
    return int(count) if count.isdecimal() else 0


@register(TAG)
def check_rate_limit_storage(**kwargs: Any) -> list[CheckMessage]:
    """Limits that several workers are to keep together are counted where all of them see it."""
    return _counted_apart() if configured_workers() > 1 else []


@register(TAG, deploy=True)
def check_deployed_rate_limit_storage(**kwargs: Any) -> list[CheckMessage]:
    """The same for a deployment that does not say how many workers it has: most have several."""
    return _counted_apart() if configured_workers() == 0 else []


def _counted_apart() -> list[CheckMessage]:
    options = settings.rate_limit
    is_local = str(options.get("STORAGE", "local://")).startswith("local:")
    if not is_local or not (options or limits_views() or _throttles_apart()):
        return []
    message = f"{NAME}['RATE_LIMIT'] is counted by every worker process for itself."
    hint = "All together let through as many times the limit: use shared:// or redis://."
    return [warning(2, message, hint)]


def limits_views() -> bool:
    """Whether ``@ratelimit`` stands before a view of the project."""
    _load_urls()
    module = sys.modules.get("django_rustaccel.ratelimit")
    return module is not None and module.ViewLimit.exists


def _load_urls() -> None:
    with suppress(Exception):  # Django's own check of the URLs says what is wrong with them.
        import_module(django_settings.ROOT_URLCONF)


def _throttles_apart() -> bool:
    """Whether throttles of this package count in a cache that is no Redis."""
    classes = getattr(django_settings, "REST_FRAMEWORK", {}).get("DEFAULT_THROTTLE_CLASSES", ())
    paths = [str(getattr(each, "__module__", each)) for each in classes]
    ours = any(f"{path}.".startswith(_THROTTLES) for path in paths)
    return ours and is_in_one_process("default")


@register(TAG, deploy=True)
def check_shared_caches(**kwargs: Any) -> list[CheckMessage]:
    """What all workers must see does not stand in the memory of one."""
    if configured_workers() == 1:
        return []
    hint = "Use a cache that all workers share, or put this one in front of it by L2."
    return [
        warning(
            15, f"{what} in CACHES[{alias!r}], which every worker process has for itself.", hint
        )
        for what, alias in _shared_uses()
    ]


def _shared_uses() -> Iterator[tuple[str, str]]:
    from django_rustaccel.cache.backend import RustCache

    alias = django_settings.SESSION_CACHE_ALIAS
    is_ours = issubclass(backend_of(alias), RustCache)  # Django's own are Django's to tell of
    if django_settings.SESSION_ENGINE in _CACHED_SESSIONS and is_ours and is_in_one_process(alias):
        yield "Sessions are kept", alias
    for path, options in webhook_routes():
        used = options.get("replay_cache")
        if isinstance(used, str) and is_in_one_process(used):
            yield f"Webhooks to {path} that were accepted are remembered", used


@register(TAG, deploy=True)
def check_channel_layers(**kwargs: Any) -> list[CheckMessage]:
    """What is broadcast reaches the sockets of all workers."""
    layers = getattr(django_settings, "CHANNEL_LAYERS", {})
    if configured_workers() == 1:
        return []
    hint = (
        "Use channels_redis: https://channels.readthedocs.io/en/stable/topics/channel_layers.html"
    )
    return [
        warning(17, f"CHANNEL_LAYERS[{alias!r}] reaches the sockets of one worker process.", hint)
        for alias, options in layers.items()
        if options.get("BACKEND") == "channels.layers.InMemoryChannelLayer"
    ]


@register(TAG, deploy=True)
def check_histograms(**kwargs: Any) -> list[CheckMessage]:
    """A page of metrics tells of all workers."""
    timing = settings.timing
    _load_urls()
    is_told = (
        "django_rustaccel.metrics" in sys.modules
        and middleware_position(TIMING) is not None
        and timing.get("HISTOGRAMS", True)
    )
    if not is_told or timing.get("FILE") or configured_workers() == 1:
        return []
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return []
    message = "Durations of requests are counted by every worker process for itself."
    hint = f"The page of metrics shows one of them: set {NAME}['TIMING']['FILE']."
    return [warning(16, message, hint)]
