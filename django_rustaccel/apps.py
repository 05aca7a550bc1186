"""The Django application."""

from __future__ import annotations

from django.apps import AppConfig

from django_rustaccel.conf import settings


class RustaccelConfig(AppConfig):
    """Installs the acceleration when the project asks for it."""

    name = "django_rustaccel"
    verbose_name = "Rust acceleration"

    def ready(self) -> None:
        """Register the system checks and serve DRF's own classes if the setting says so."""
        if settings.accelerate_drf:
            from django_rustaccel.drf.install import install

            install()
