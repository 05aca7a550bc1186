"""The Django application."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.signals import setting_changed

from django_rustaccel.conf import NAME, settings
from django_rustaccel.exceptions import MissingDependencyError


class RustaccelConfig(AppConfig):
    """Installs the acceleration when the project asks for it."""

    name = "django_rustaccel"
    verbose_name = "Rust acceleration"

    def ready(self) -> None:
        """Register the system checks and serve DRF's own classes if the setting says so."""
        from django_rustaccel import checks  # noqa: F401 - importing it registers them
        from django_rustaccel.cache import checks as cache_checks  # noqa: F401 - so does this
        from django_rustaccel.subrequests import handlers

        handlers.install()
        _install_if_asked(setting=NAME)
        setting_changed.connect(_install_if_asked)
        _install_off_loop(setting=NAME)
        setting_changed.connect(_install_off_loop)
        _install_cache_proxy(setting=NAME)
        setting_changed.connect(_install_cache_proxy)


def _install_off_loop(*, setting: str, **kwargs: Any) -> None:
    if setting == NAME and settings.hashing.get("OFF_LOOP"):
        from django_rustaccel.offloop import install

        install()


def _install_cache_proxy(*, setting: str, **kwargs: Any) -> None:
    if setting not in (NAME, "CACHES"):
        return
    from django_rustaccel.cache import proxy

    asked = settings.accelerate_cache_proxy
    if asked or (asked is None and proxy.serves_ours()):
        proxy.install()
    else:
        proxy.uninstall()


def _install_if_asked(*, setting: str, **kwargs: Any) -> None:
    """At the start, and when a test turns the setting on later."""
    if setting != NAME or not settings.accelerate_drf:
        return
    try:
        from django_rustaccel.drf.install import install
    except MissingDependencyError:
        return  # Nothing to serve; `manage.py check` says so.
    install()
