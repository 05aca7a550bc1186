"""The exceptions of this package; what Django and DRF raise is raised as it is."""

from __future__ import annotations

from django.core.signing import BadSignature


class RustaccelError(Exception):
    """Base of every exception below."""


class MissingDependencyError(RustaccelError, ImportError):
    """An optional dependency of the part in use is not installed."""


class HashingBusyError(RustaccelError):
    """So many passwords are being hashed that this one's turn did not come in time.

    A site answers it with ``503 Service Unavailable``; ``docs/hashers.md`` has the middleware.
    """


class InvalidSignatureError(RustaccelError, BadSignature):
    """A message is not signed by who should have signed it, or not now; the text says why.

    The text names neither secrets nor the signature that would have been right.
    """
