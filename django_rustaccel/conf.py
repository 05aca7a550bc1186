"""The ``RUSTACCEL`` setting: one dict, every key read when it is needed."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings

DEFAULTS: dict[str, Any] = {
    "ACCELERATE_DRF": False,
}


class Settings:
    """Live values of ``settings.RUSTACCEL``, so that overrides in tests take effect at once."""

    @property
    def _user(self) -> dict[str, Any]:
        user: dict[str, Any] = getattr(django_settings, "RUSTACCEL", None) or {}
        return user

    @property
    def accelerate_drf(self) -> bool:
        """Whether DRF's own classes are served natively. Default ``False``."""
        return bool(self._user.get("ACCELERATE_DRF", DEFAULTS["ACCELERATE_DRF"]))


settings = Settings()
