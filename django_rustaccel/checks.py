"""System checks of the settings: what ``manage.py check`` reports.

=====  ==========================================================================
E001   unknown key in ``RUSTACCEL``
E002   ``RUSTACCEL`` is not a dict
E003   a key of ``RUSTACCEL`` has a value that it does not take
E004   ``ACCELERATE_DRF`` is on and Django REST framework is missing or too old
W001   ``ACCELERATE_DRF`` is on and something else replaces the same parts of DRF
W002   ``RATE_LIMIT`` is counted by each of several worker processes for itself
W004   ``ALLOW_STOCK_HEADER`` is on without ``StockHeaderMiddleware``, which does it
W005   ``ALLOW_STOCK_HEADER`` is on in a deployment: every client can slow the site down
=====  ==========================================================================
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.core.checks import CheckMessage, register

from django_rustaccel.conf import NAME, SETTINGS, settings
from django_rustaccel.exceptions import MissingDependencyError

TAG = "rustaccel"

STOCK_MIDDLEWARE = "django_rustaccel.middleware.StockHeaderMiddleware"

#: The oldest DRF whose behaviour is mirrored.
OLDEST_DRF = (3, 16)


@register(TAG)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Every key is known, and has a value of its type."""
    user = getattr(django_settings, NAME, {})
    if not isinstance(user, dict):
        hint = f'For example: {NAME} = {{"ACCELERATE_DRF": True}}'
        return [_error(f"{NAME} must be a dict, not {type(user).__name__}.", 2, hint)]
    return list(_key_problems(user))


def _key_problems(user: dict[Any, Any]) -> Iterator[CheckMessage]:
    for key, value in user.items():
        setting = SETTINGS.get(key)
        if setting is None:
            yield _error(f"{NAME} has no setting {key!r}.", 1, _suggestion(key))
        elif problem := setting.problem(value):
            shown = "" if setting.is_secret else f", not {value!r}"
            message = f"{NAME}[{key!r}] {problem}{shown}."
            yield _error(message, 3, f"It is read as its default, {setting.default!r}.")


def _suggestion(key: Any) -> str:
    close = get_close_matches(str(key).upper(), SETTINGS, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(SETTINGS))}."


@register(TAG)
def check_drf(**kwargs: Any) -> list[CheckMessage]:
    """What ``ACCELERATE_DRF`` accelerates is there, and is DRF's own."""
    if not settings.accelerate_drf:
        return []
    problem = _drf_problem()
    if problem:
        hint = f"Without it, leave ACCELERATE_DRF out of {NAME}."
        return [_error(problem, 4, hint)]
    from django_rustaccel.drf.install import replaced_by_others

    hint = "Responses may differ from DRF's: let one package do it."
    return [checks.Warning(reason, hint=hint, id=f"{TAG}.W001") for reason in replaced_by_others()]


def _drf_problem() -> str:
    try:
        import django_rustaccel.drf  # noqa: F401
    except MissingDependencyError as error:
        return f"{NAME}['ACCELERATE_DRF'] is on, but {error}."
    from rest_framework import VERSION

    version = tuple(int(part) for part in VERSION.split(".")[:2])
    if version < OLDEST_DRF:
        return f"{NAME}['ACCELERATE_DRF'] needs Django REST framework 3.16, {VERSION} is installed."
    return ""


@register(TAG)
def check_stock_header(**kwargs: Any) -> list[CheckMessage]:
    """The header is obeyed by somebody."""
    if not settings.allow_stock_header or STOCK_MIDDLEWARE in django_settings.MIDDLEWARE:
        return []
    message = f"{NAME}['ALLOW_STOCK_HEADER'] is on, and nothing obeys the header."
    hint = f"Put {STOCK_MIDDLEWARE!r} first into MIDDLEWARE."
    return [checks.Warning(message, hint=hint, id=f"{TAG}.W004")]


@register(TAG, deploy=True)
def check_deployed_stock_header(**kwargs: Any) -> list[CheckMessage]:
    """Strangers do not choose the slow way."""
    if not settings.allow_stock_header:
        return []
    message = f"{NAME}['ALLOW_STOCK_HEADER'] is on: every client can ask for the slow way."
    hint = "It is for measuring: turn it off where others than you send requests."
    return [checks.Warning(message, hint=hint, id=f"{TAG}.W005")]


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
    if not is_local or not (options or _limits_views()):
        return []
    message = f"{NAME}['RATE_LIMIT'] is counted by every worker process for itself."
    hint = "All together let through as many times the limit: use shared:// or redis://."
    return [checks.Warning(message, hint=hint, id=f"{TAG}.W002")]


def _limits_views() -> bool:
    """Whether ``@ratelimit`` stands before a view of the project."""
    with suppress(Exception):  # Django's own check of the URLs says what is wrong with them.
        import_module(django_settings.ROOT_URLCONF)
    module = sys.modules.get("django_rustaccel.ratelimit")
    return module is not None and module.ViewLimit.exists


def configured_workers() -> int:
    """How many worker processes the environment asks servers for; 0 if it does not say."""
    arguments = os.environ.get("GUNICORN_CMD_ARGS", "")
    found = re.search(r"(?:^|\s)(?:-w|--workers)[\s=]*(\d+)", arguments)
    count = found[1] if found else os.environ.get("WEB_CONCURRENCY", "")
    return int(count) if count.isdecimal() else 0


def _error(message: str, number: int, hint: str) -> CheckMessage:
    return checks.Error(message, hint=hint, id=f"{TAG}.E00{number}")
