"""The exceptions of this package; what Django and DRF raise is raised as it is."""

from __future__ import annotations


class RustaccelError(Exception):
    """Base of every exception below."""


class MissingDependencyError(RustaccelError, ImportError):
    """An optional dependency of the part in use is not installed."""


class HashingBusyError(RustaccelError):
    """So many passwords are being hashed that this one's turn did not come in time.

    A site answers it with ``503 Service Unavailable``; ``docs/hashers.md`` has the middleware.
    """
