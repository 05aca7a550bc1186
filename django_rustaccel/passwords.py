"""Password hashes for applications that have no settings of Django; its formats and parameters::

    encoded = await ahash_password("correct horse")
    await averify_password("correct horse", encoded)

Hashing releases the GIL. On an event loop it runs in as many threads as there are processors.
"""

from __future__ import annotations

from typing import Any

from django_rustaccel import hashers
from django_rustaccel.hashing_threads import in_thread

__all__ = ["ahash_password", "averify_password", "hash_password", "verify_password"]

#: By the name that their encoded hashes begin with.
HASHERS: dict[str, Any] = {hasher.algorithm: hasher for hasher in hashers.NATIVE.values()}


def hash_password(password: str, algorithm: str = "pbkdf2_sha256") -> str:
    """The encoded hash of a password, with a salt of its own.

    `algorithm` is what encoded hashes begin with; ``argon2`` and ``bcrypt…`` need their packages,
    as in Django. Raises ``ValueError`` for another one, and
    :class:`~django_rustaccel.exceptions.HashingBusyError` when too many hashes run.
    """
    if algorithm not in HASHERS:
        raise ValueError(f"{algorithm!r} is not one of {', '.join(sorted(HASHERS))}")
    hasher = HASHERS[algorithm]()
    encoded: str = hasher.encode(password, hasher.salt())
    return encoded


def verify_password(password: str, encoded: str) -> bool:
    """Whether the password is the one of the encoded hash; never for one of no known algorithm.

    Raises ``ValueError`` for a damaged hash, and
    :class:`~django_rustaccel.exceptions.HashingBusyError` when too many hashes run.
    """
    hasher = HASHERS.get(encoded.partition("$")[0])
    return hasher is not None and bool(hasher().verify(password, encoded))


async def ahash_password(password: str, algorithm: str = "pbkdf2_sha256") -> str:
    """:func:`hash_password` on an event loop, which goes on meanwhile."""
    encoded: str = await in_thread(hash_password, password, algorithm)
    return encoded


async def averify_password(password: str, encoded: str) -> bool:
    """:func:`verify_password` on an event loop, which goes on meanwhile."""
    return bool(await in_thread(verify_password, password, encoded))
