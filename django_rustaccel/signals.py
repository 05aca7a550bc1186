"""Django signals of this package.

``storage_failed`` is sent when a rate limit storage stops answering, once an outage, with `storage`
(its URL without password) and `error`; ``storage_recovered`` when it answers again, with `storage`.
"""

from __future__ import annotations

from django.dispatch import Signal

from django_rustaccel.core.limiting import Limiter, outage

__all__ = ["storage_failed", "storage_recovered"]

storage_failed = Signal()
storage_recovered = Signal()


def _send(storage: str, error: Exception | None) -> None:
    """Receivers that raise are logged by Django: the request goes on."""
    if error is None:
        storage_recovered.send_robust(Limiter, storage=storage)
    else:
        storage_failed.send_robust(Limiter, storage=storage, error=error)


outage.listeners.append(_send)
