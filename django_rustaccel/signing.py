"""Django's signers with native HMAC, and signatures of webhooks.

``SIGNING_BACKEND = "django_rustaccel.signing.TimestampSigner"`` reads and writes the signatures of
``django.core.signing.TimestampSigner``; ``SECRET_KEY_FALLBACKS`` work as ever.
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from django.core import signing as stock
from django.utils.crypto import constant_time_compare

from django_rustaccel.core import signing as native
from django_rustaccel.exceptions import InvalidSignatureError
from django_rustaccel.webhooks import WebhookVerifier

__all__ = [
    "InvalidSignatureError",
    "Signer",
    "TimestampSigner",
    "WebhookVerifier",
    "verify_signature",
]


class Signer(stock.Signer):
    """``django.core.signing.Signer``, signature for signature; other hashes than SHA-1 and SHA-2
    are left to the inherited method.
    """

    def __init__(
        self,
        *,
        key: Any = None,
        sep: str = ":",
        salt: str | None = None,
        algorithm: str | None = None,
        fallback_keys: Any = None,
    ) -> None:
        """Take what Django's class takes; raise ``ValueError`` for an unsafe separator."""
        if not salt and type(self) in (Signer, TimestampSigner):
            # Django's default salt is the path of the class: ours must sign like Django's.
            salt = f"{stock.__name__}.{type(self).__name__}"
        super().__init__(
            key=key, sep=sep, salt=salt, algorithm=algorithm, fallback_keys=fallback_keys
        )

    def signature(self, value: str | bytes, key: Any = None) -> str:
        """Return the signature of a value, as base64."""
        made = native.signature(self.algorithm, self.salt, value, key or self.key)
        return super().signature(value, key) if made is None else made

    def unsign(self, signed_value: str) -> str:
        """Return the value; raise ``BadSignature`` when no key signed it."""
        if not _is_plain(self, signed_value):
            return super().unsign(signed_value)
        keys = [self.key, *self.fallback_keys]
        value = native.unsign(self.algorithm, self.salt, self.sep, signed_value, keys)
        return self._unsign_slowly(signed_value, keys) if value is None else value

    def _unsign_slowly(self, signed_value: str, keys: list[Any]) -> str:
        """Find the words for a bad signature, and try what the native way does not take.

        ``super().unsign`` would not do: the fallback keys may be an iterator, which is used up.
        """
        if self.sep not in signed_value:
            raise stock.BadSignature(f'No "{self.sep}" found in value')
        value, signature = signed_value.rsplit(self.sep, 1)
        for key in keys:
            if constant_time_compare(signature, self.signature(value, key)):
                return value
        raise stock.BadSignature(f'Signature "{signature}" does not match')


class TimestampSigner(Signer, stock.TimestampSigner):
    """``django.core.signing.TimestampSigner``, for ``SIGNING_BACKEND``."""

    def unsign(self, value: str, max_age: Any = None) -> str:
        """Return the value; raise ``BadSignature`` when no key signed it.

        Parameters: the signed value, and how many seconds old it may be. Raises
        ``SignatureExpired`` for older ones.
        """
        if not _is_plain(self, value):
            return stock.TimestampSigner.unsign(self, value, max_age)
        keys = [self.key, *self.fallback_keys]
        found = native.unsign_timestamped(self.algorithm, self.salt, self.sep, value, keys)
        if found is None:
            found = self._split_time(self._unsign_slowly(value, keys))
        if max_age is not None:
            _check_age(found[1], max_age)
        return found[0]

    def _split_time(self, value: str) -> tuple[str, int]:
        value, timestamp = value.rsplit(self.sep, 1)
        return value, stock.b62_decode(timestamp)


def _is_plain(signer: Signer, value: object) -> bool:
    """Whether the signature is made by this module, of what it takes."""
    return type(value) is str and type(signer).signature is Signer.signature


def _check_age(timestamp: int, max_age: float | datetime.timedelta) -> None:
    if isinstance(max_age, datetime.timedelta):
        max_age = max_age.total_seconds()
    age = time.time() - timestamp
    if age > max_age:
        raise stock.SignatureExpired(f"Signature age {age} > {max_age} seconds")


def verify_signature(
    message: str | bytes,
    signature: str | bytes,
    key: str | bytes,
    algorithm: str = "sha256",
) -> None:
    """Raise ``InvalidSignatureError`` unless `signature` is that of `message` under `key`.

    Parameters: `signature` is hexadecimal, base64 (either alphabet, padded or not) or the bytes
    themselves; `key` is HMAC's, or for ``"ed25519"`` the 32 bytes of the public key; `algorithm` is
    ``"sha1"``, ``"sha256"``, ``"sha384"``, ``"sha512"`` (RFC 2104) or ``"ed25519"`` (RFC 8032).
    The comparison takes the same time wherever they differ. Raises ``ValueError`` for another
    algorithm. An empty key verifies nothing.
    """
    parts, signatures = [_bytes(message)], [_bytes(signature)]
    verdict = native.verify(algorithm, [_bytes(key)] if key else [], parts, signatures)
    if verdict is None:
        raise ValueError(f"Unknown signature algorithm: {algorithm!r}.")
    if not verdict:
        raise InvalidSignatureError("The signature does not match." if key else "No key is set.")


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)
