"""The exceptions of this package; what Django and DRF raise is raised as it is."""

from __future__ import annotations

from django.core.exceptions import ValidationError
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


class PipelineClosedError(RustaccelError):
    """A message came to a pipeline that takes no more; it was not accepted."""


class BulkValidationError(RustaccelError, ValidationError):
    """Some instances of a list are not valid.

    ``errors`` has the ``ValidationError`` of each, as its ``full_clean`` raises it, by its index in
    the list. As a ``ValidationError`` this one is a list: of all their messages, one after another.
    """

    def __init__(self, errors: dict[int, ValidationError]) -> None:
        super().__init__(list(errors.values()))
        self.errors = errors

    def as_dict(self) -> dict[int, dict[str, list[str]]]:
        """The messages of each invalid instance by field, with ``__all__`` for those of none."""
        return {index: error.message_dict for index, error in self.errors.items()}

    def __str__(self) -> str:
        return repr(self.as_dict())

    def __reduce__(self) -> tuple[type, tuple[dict[int, ValidationError]]]:
        return type(self), (self.errors,)
