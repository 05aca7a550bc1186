"""System checks of ``RUSTACCEL`` itself, and of what ``ACCELERATE_DRF`` needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.known import suggestion, unknown_keys
from django_rustaccel.checks.messages import TAG, error, warning
from django_rustaccel.conf import NAME, SETTINGS, settings
from django_rustaccel.exceptions import MissingDependencyError

#: The oldest DRF whose behaviour is mirrored.
OLDEST_DRF = (3, 16)


@register(TAG)
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Every key is known, and has a value of its type."""
    user = getattr(django_settings, NAME, {})
    if not isinstance(user, dict):
        hint = f'For example: {NAME} = {{"ACCELERATE_DRF": True}}'
        return [error(2, f"{NAME} must be a dict, not {type(user).__name__}.", hint)]
    return list(_key_problems(user))


def _key_problems(user: dict[Any, Any]) -> Iterator[CheckMessage]:
    for key, value in user.items():
        setting = SETTINGS.get(key)
        if setting is None:
            yield error(1, f"{NAME} has no setting {key!r}.", suggestion(key, SETTINGS))
        elif unknown := unknown_keys(key, value):
            yield from (
                error(1, f"{NAME}{where} has no key {inner!r}.", hint)
                for where, inner, hint in unknown
            )
        elif problem := setting.problem(value):
            shown = "" if setting.is_secret else f", not {value!r}"
            message = f"{NAME}[{key!r}] {problem}{shown}."
            yield error(3, message, f"It is read as its default, {setting.default!r}.")


@register(TAG)
def check_drf(**kwargs: Any) -> list[CheckMessage]:
    """What ``ACCELERATE_DRF`` accelerates is there, and is DRF's own."""
    if not settings.accelerate_drf:
        return []
    problem = _drf_problem()
    if problem:
        hint = f"Without it, leave ACCELERATE_DRF out of {NAME}."
        return [error(4, problem, hint)]
    from django_rustaccel.drf.install import replaced_by_others

    hint = "Responses may differ from DRF's: let one package do it."
    return [warning(1, reason, hint) for reason in replaced_by_others()]


def _drf_problem() -> str:
    try:
        import django_rustaccel.drf  # noqa: F401
    except MissingDependencyError as missing:
        return f"{NAME}['ACCELERATE_DRF'] is on, but {missing}."
    from rest_framework import VERSION

    version = tuple(int(part) for part in VERSION.split(".")[:2])
    if version < OLDEST_DRF:
        return f"{NAME}['ACCELERATE_DRF'] needs Django REST framework 3.16, {VERSION} is installed."
    return ""
