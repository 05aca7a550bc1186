"""The ``RUSTACCEL`` setting: one dict, every key read when it is needed.

A new setting is one line in :class:`Settings`: its default, what values it takes, and what it
does. ``manage.py check`` learns of it from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

from django.conf import settings as django_settings

T = TypeVar("T")

NAME = "RUSTACCEL"


class Setting(Generic[T]):
    """One key, named like the attribute in capitals.

    ``problem`` says what is wrong with a value, and nothing about a good one. A wrong value is
    read as the default: ``manage.py check`` reports it, and a running site is not taken down.
    """

    def __init__(self, default: T, problem: Callable[[Any], str], doc: str) -> None:
        self.default = default
        self.problem = problem
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
    try:
        # What was read before is in the instance; Django's own way there takes four times as long.
        user = object.__getattribute__(django_settings, NAME)
    except AttributeError:
        user = getattr(django_settings, NAME, None)
    return user if isinstance(user, dict) else {}


def must_be_bool(value: Any) -> str:
    """A text such as ``"false"`` would count as true: only the two constants will do."""
    return "" if isinstance(value, bool) else "must be True or False"


class Settings:
    """Live values: overrides in tests take effect at once."""

    accelerate_drf = Setting(
        False,
        must_be_bool,
        "Whether DRF's own classes are served natively, and with them every class made of them.",
    )


SETTINGS: dict[str, Setting[Any]] = {
    setting.key: setting for setting in vars(Settings).values() if isinstance(setting, Setting)
}

settings = Settings()
