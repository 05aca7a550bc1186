"""The ``RUSTACCEL`` setting: one dict, every key read when it is needed.

A new setting is one line in :class:`Settings`: its default, what values it takes, and what it
does. ``manage.py check`` learns of it from there.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, Generic, TypeVar, overload

from django.conf import ENVIRONMENT_VARIABLE
from django.conf import settings as django_settings
from django.utils.functional import empty

T = TypeVar("T")

NAME = "RUSTACCEL"


class Setting(Generic[T]):
    """One key, named like the attribute in capitals.

    ``problem`` says what is wrong with a value, and nothing about a good one. A wrong value is
    read as the default: ``manage.py check`` reports it, and a running site is not taken down.
    The text of a report must not carry a value that ``is_secret``.
    """

    def __init__(
        self, default: T, problem: Callable[[Any], str], doc: str, *, is_secret: bool = False
    ) -> None:
        self.default = default
        self.problem = problem
        self.is_secret = is_secret
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.key = name.upper()

    @overload
    def __get__(self, instance: None, owner: type) -> Setting[T]: ...
    @overload
    def __get__(self, instance: Settings, owner: type) -> T: ...
    def __get__(self, instance: Settings | None, owner: type) -> Setting[T] | T:
        if instance is None:
            return self
        value: T = user_settings().get(self.key, self.default)
        return self.default if self.problem(value) else value


def user_settings() -> dict[Any, Any]:
    """What the project has put into ``RUSTACCEL``; empty where that is missing or no dict."""
    # What was read before is in the instance; Django's own way there takes four times as long, and
    # twenty times where nothing is set.
    known = object.__getattribute__(django_settings, "__dict__")
    user = known.get(NAME)
    if user is None:
        wrapped = known["_wrapped"]
        user = _read_settings() if wrapped is empty else getattr(wrapped, NAME, None)
    return user if isinstance(user, dict) else {}


def _read_settings() -> Any:
    """The same from Django; an application that has no settings of Django has none of ours."""
    if not django_settings.configured and ENVIRONMENT_VARIABLE not in os.environ:
        return None
    return getattr(django_settings, NAME, None)


def must_be_bool(value: Any) -> str:
    """A text such as ``"false"`` would count as true: only the two constants will do."""
    return "" if isinstance(value, bool) else "must be True or False"


def must_be_bool_or_none(value: Any) -> str:
    """As :func:`must_be_bool`, or ``None`` for what the package finds best."""
    return "" if value is None else must_be_bool(value)


#: ``HASHING``'s own keys: how many Argon2 and scrypt hashes run at the same time (``None``: one for
#: each processor), for how many seconds another waits, after how many idle seconds memory goes back
#: to the system, and whether Django 5.2 checks passwords of async requests off the event loop.
HASHING: dict[str, Any] = {
    "MAX_CONCURRENCY": None,
    "MAX_WAIT": 30.0,
    "IDLE_SECONDS": 60.0,
    "OFF_LOOP": False,
}


def must_be_hashing(value: Any) -> str:
    """A dict of ``HASHING``'s keys, with numbers that make sense."""
    if not isinstance(value, dict):
        return "must be a dict"
    unknown = sorted(str(key) for key in value.keys() - HASHING.keys())
    if unknown:
        return f"has unknown keys ({', '.join(unknown)})"
    merged = HASHING | value
    concurrency = merged["MAX_CONCURRENCY"]
    if concurrency is not None and not (_is_number(concurrency, int) and concurrency >= 1):
        return "must have a whole number above 0 or None as MAX_CONCURRENCY"
    for key in ("MAX_WAIT", "IDLE_SECONDS"):
        if not (_is_number(merged[key], (int, float)) and merged[key] >= 0):
            return f"must have seconds, 0 or more, as {key}"
    return "" if isinstance(merged["OFF_LOOP"], bool) else "must have True or False as OFF_LOOP"


def _is_number(value: Any, kinds: Any) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def arguments(value: dict[str, Any]) -> dict[str, Any]:
    """The keys of one of the dicts below as arguments of what makes a policy."""
    return {key.lower(): each for key, each in value.items()}


def must_make(policy: str) -> Callable[[Any], str]:
    """A dict of the arguments, in capitals, of what makes a policy: a name within this package."""

    def problem(value: Any) -> str:
        if not isinstance(value, dict):
            return "must be a dict"
        if wrong := [key for key in value if not (isinstance(key, str) and key.isupper())]:
            return f"has keys that are not in capitals ({', '.join(map(repr, wrong))})"
        module, _, name = policy.rpartition(".")
        make = getattr(import_module(f"django_rustaccel.{module}"), name)
        try:
            make(**arguments(value))
        except (AttributeError, OSError, TypeError, ValueError) as error:
            return f"is not what {name} takes ({error})"
        return ""

    return problem


def must_be_rate_limit(value: Any) -> str:
    """A dict of the arguments of ``RateLimitPolicy``, in capitals."""
    from django_rustaccel.core.limiting import check_storage
    from django_rustaccel.core.policies.rate_limit import RateLimitPolicy

    if not isinstance(value, dict):
        return "must be a dict"
    try:
        options = rate_limit_arguments(value)
        check_storage(options.get("storage", "local://"))
        # In this process: a check leaves nothing behind and asks no server.
        RateLimitPolicy(**{**options, "storage": "local://"})
    except (TypeError, ValueError, ImportError, AttributeError) as error:
        return f"is not what RateLimitPolicy takes ({error})"
    return ""


def rate_limit_arguments(value: dict[str, Any]) -> dict[str, Any]:
    """``RATE_LIMIT``, and each of its rules, as arguments of ``RateLimitPolicy``."""
    named = arguments(value)
    if "rules" in named:
        named["rules"] = [arguments(rule) for rule in named["rules"]]
    return named


class Settings:
    """Live values: overrides in tests take effect at once."""

    accelerate_drf = Setting(
        False,
        must_be_bool,
        "Whether DRF's own classes are served natively, and with them every class made of them.",
    )

    allow_stock_header = Setting(
        False,
        must_be_bool,
        "Whether a request with the header `X-Rustaccel: off` is served without acceleration, for "
        "`manage.py rustaccel load --compare`. `StockHeaderMiddleware` does it.",
    )

    accelerate_cache_proxy = Setting[bool | None](
        None,
        must_be_bool_or_none,
        "Whether `django.core.cache.cache` finds its backend natively, wherever it was imported; "
        "`None` where a cache of `CACHES` is one of this package's.",
    )

    lazy_data = Setting(
        True,
        must_be_bool,
        "Whether `.data` of a list, and the objects of a JSON body, become Python objects only "
        "when they are looked at. Turn it off if code in C that reads the memory of lists and "
        "dicts, such as orjson, is given `.data` or `request.data` itself.",
    )

    hashing = Setting[dict[str, Any]](
        {},
        must_be_hashing,
        "How passwords are hashed: MAX_CONCURRENCY, MAX_WAIT, IDLE_SECONDS, OFF_LOOP.",
    )

    compression = Setting[dict[str, Any]](
        {},
        must_make("core.policies.compression.CompressionPolicy"),
        "How `CompressionMiddleware` compresses: CODINGS, LEVELS, MINIMUM_SIZE, CONTENT_TYPES, "
        "MAX_RANDOM_BYTES, FAST_ABOVE.",
    )

    timing = Setting[dict[str, Any]](
        {},
        must_make("core.policies.timing.TimingPolicy"),
        "What `TimingMiddleware` tells, and to whom: SERVER_TIMING, SLOW_SECONDS, HISTOGRAMS, "
        "BUCKETS, FILE, CAPACITY.",
    )

    webhooks = Setting[dict[str, Any]](
        {},
        must_make("webhooks.webhook_policy"),
        "Who must have signed requests to which paths: ROUTES, MAX_BODY.",
        is_secret=True,
    )

    rate_limit = Setting[dict[str, Any]](
        {},
        must_be_rate_limit,
        "Which requests are limited, where they are counted, what is answered: RATE, KEY or RULES, "
        "STORAGE, ALGORITHM, ON_STORAGE_ERROR, TRUSTED_PROXIES, IPV6_PREFIX, HEADERS, BODY, VIEW.",
    )


SETTINGS: dict[str, Setting[Any]] = {
    setting.key: setting for setting in vars(Settings).values() if isinstance(setting, Setting)
}

settings = Settings()


_rate_limit_options: tuple[Any, dict[str, Any]] = (Settings, {})


def rate_limit_options() -> dict[str, Any]:
    """``RATE_LIMIT`` as arguments of ``RateLimitPolicy``; not to be changed.

    Made once for each value of ``RUSTACCEL``: throttles ask for every request.
    """
    global _rate_limit_options
    current = user_settings() or None
    if _rate_limit_options[0] is not current:
        _rate_limit_options = (current, rate_limit_arguments(settings.rate_limit))
    return _rate_limit_options[1]


def hashing_limits() -> tuple[int, float, float]:
    """``HASHING`` as the native hashes take it: callers at a time, seconds, seconds."""
    merged = HASHING | settings.hashing
    concurrency = merged["MAX_CONCURRENCY"] or _processors()
    return int(concurrency), float(merged["MAX_WAIT"]), float(merged["IDLE_SECONDS"])


def _processors() -> int:
    """How many this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
