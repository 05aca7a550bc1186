"""Django's password hashers with the hash itself computed natively.

Put a class in front in ``PASSWORD_HASHERS``; there is nothing to migrate. Everything but the hash
is inherited from the Django class of the same name: parameters, salts, encoded strings, upgrades.
What this module is not certain to hash as Django does goes to the inherited method.

Argon2 and scrypt raise :class:`~django_rustaccel.exceptions.HashingBusyError` when
``RUSTACCEL["HASHING"]["MAX_CONCURRENCY"]`` hashes run and none ends within ``MAX_WAIT`` seconds.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import logging
import re
from typing import Any

from django.contrib.auth import hashers as stock
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes, force_str

from django_rustaccel.conf import hashing_limits
from django_rustaccel.core import hashing

__all__ = [
    "Argon2PasswordHasher",
    "BCryptPasswordHasher",
    "BCryptSHA256PasswordHasher",
    "PBKDF2PasswordHasher",
    "PBKDF2SHA1PasswordHasher",
    "ScryptPasswordHasher",
]

logger = logging.getLogger("django_rustaccel.hashers")

_MAX_INT = 2**31 - 1
_MAX_UNSIGNED = 2**32 - 1

#: OpenSSL's limit on scrypt's memory where ``maxmem`` is 0, in bytes.
_SCRYPT_MEMORY = 32 * 1024 * 1024

#: The encoded form as libargon2 reads it: no leading zeros, no padding, version 1.0 left out.
_ARGON2 = re.compile(
    r"\$(?P<variety>argon2(?:id|i|d))(?:\$v=(?P<version>\d+))?"
    r"\$m=(?P<memory>\d+),t=(?P<passes>\d+),p=(?P<lanes>\d+)"
    r"\$(?P<salt>[A-Za-z0-9+/]+)\$(?P<tag>[A-Za-z0-9+/]+)",
    re.ASCII,
)
_BCRYPT = re.compile(rb"(\$2[ab]\$(\d\d)\$)([./A-Za-z0-9]{22})(?:[./A-Za-z0-9]{31})?")


class PBKDF2PasswordHasher(stock.PBKDF2PasswordHasher):
    """PBKDF2 (RFC 8018) with HMAC-SHA-256, on the processor's SHA instructions."""

    def encode(self, password: Any, salt: Any, iterations: int | None = None) -> str:
        """Return the encoded hash, as Django's class of the same name.

        Raises ``TypeError`` without a password and ``ValueError`` for an unusable salt.
        """
        _check_encode_args(self, password, salt)
        iterations = iterations or self.iterations
        digest = _NATIVE_DIGESTS.get(self.digest)
        if digest is None or not 0 < iterations <= _MAX_INT:
            return super().encode(password, salt, iterations)
        key = hashing.pbkdf2(digest, force_bytes(password), force_bytes(salt), iterations)
        return f"{self.algorithm}${iterations}${force_str(salt)}${_base64(key)}"

    def verify(self, password: Any, encoded: str) -> bool:
        """Whether the password is the one; iterations that nobody can count to are refused."""
        decoded: Any = self.decode(encoded)
        if not 0 <= decoded["iterations"] <= _MAX_INT:
            return _refuse(self.algorithm)
        return super().verify(password, encoded)


class PBKDF2SHA1PasswordHasher(PBKDF2PasswordHasher, stock.PBKDF2SHA1PasswordHasher):
    """PBKDF2 (RFC 8018) with HMAC-SHA-1."""


_NATIVE_DIGESTS: dict[Any, str] = {hashlib.sha256: "sha256", hashlib.sha1: "sha1"}


class Argon2PasswordHasher(stock.Argon2PasswordHasher):
    """Argon2 (RFC 9106): every variety and version, in reused memory.

    Needs argon2-cffi, as Django's class does: it defines the parameters.
    """

    def encode(self, password: Any, salt: Any) -> str:
        """Return the encoded hash, as Django's class of the same name.

        Raises :class:`~django_rustaccel.exceptions.HashingBusyError`, besides what Django's raises.
        """
        tag = self._tag(password, salt)
        if tag is None:
            return super().encode(password, salt)
        params = self.params()
        cost = f"m={params.memory_cost},t={params.time_cost},p={params.parallelism}"
        variety = f"argon2{params.type.name.lower()}"
        salt_text = _base64(force_bytes(salt)).rstrip("=")
        tag_text = _base64(tag).rstrip("=")
        version = f"v={params.version}"
        return f"{self.algorithm}${variety}${version}${cost}${salt_text}${tag_text}"

    def _tag(self, password: Any, salt: Any) -> bytes | None:
        """The hash, or ``None`` where argon2-cffi should say what it thinks of the arguments."""
        params = self.params()
        if not isinstance(password, str) or not isinstance(salt, str) or params.version != 0x13:
            return None
        cost = (params.memory_cost, params.time_cost, params.parallelism)
        variety = f"argon2{params.type.name.lower()}"
        return _argon2(variety, params.version, cost, password, salt.encode(), params.hash_len)

    def verify(self, password: Any, encoded: str) -> bool:
        """Whether the password is the one; parameters beyond all measure are refused."""
        algorithm, rest = encoded.split("$", 1)
        parts = _ARGON2.fullmatch("$" + rest)
        if algorithm != self.algorithm or parts is None or not _is_canonical(parts):
            return super().verify(password, encoded)
        cost = (int(parts["memory"]), int(parts["passes"]), int(parts["lanes"]))
        salt, tag = _unpadded(parts["salt"]), _unpadded(parts["tag"])
        version = int(parts["version"] or 0x10)
        if len(salt) < 8 or len(tag) < 4 or version not in (0x10, 0x13):
            return super().verify(password, encoded)
        found = _argon2(parts["variety"], version, cost, password, salt, len(tag))
        return _refuse(self.algorithm) if found is None else constant_time_compare(tag, found)


class ScryptPasswordHasher(stock.ScryptPasswordHasher):
    """scrypt (RFC 7914), its lanes in parallel, in reused memory."""

    def encode(
        self,
        password: Any,
        salt: Any,
        n: int | None = None,
        r: int | None = None,
        p: int | None = None,
    ) -> str:
        """Return the encoded hash, as Django's class of the same name.

        Raises :class:`~django_rustaccel.exceptions.HashingBusyError`, besides what Django's raises.
        """
        _check_encode_args(self, password, salt)
        cost = (n or self.work_factor, r or self.block_size, p or self.parallelism)
        key = self._key(password, salt, cost)
        if key is None:
            return super().encode(password, salt, *cost)
        work, block, lanes = cost
        return f"{self.algorithm}${work}${salt}${block}${lanes}${_base64(key)}"

    def _key(self, password: Any, salt: Any, cost: tuple[int, int, int]) -> bytes | None:
        """The key, or ``None`` where OpenSSL should say what it thinks of the arguments."""
        if not isinstance(password, str) or not isinstance(salt, str) or not self._is_sane(cost):
            return None
        return hashing.scrypt(cost, password.encode(), salt.encode(), 64, hashing_limits())

    def _is_sane(self, cost: tuple[int, int, int]) -> bool:
        """Whether OpenSSL would compute this in the memory that Django gives it."""
        work, block, lanes = cost
        needed = 128 * block * (lanes + work + 2)
        is_power_of_two = work > 1 and work & (work - 1) == 0
        fits = needed <= (self.maxmem or _SCRYPT_MEMORY) and work < 2 ** (16 * block)
        return min(cost) > 0 and is_power_of_two and fits

    def verify(self, password: Any, encoded: str) -> bool:
        """Whether the password is the one; parameters that scrypt does not take are refused."""
        decoded: Any = self.decode(encoded)
        stored = (decoded["work_factor"], decoded["block_size"], decoded["parallelism"])
        if 0 not in stored and not self._is_sane(stored):
            return _refuse(self.algorithm)
        return super().verify(password, encoded)


class BCryptSHA256PasswordHasher(stock.BCryptSHA256PasswordHasher):
    """bcrypt of a SHA-256 digest. Needs the bcrypt package, as Django's class does."""

    def encode(self, password: Any, salt: Any) -> str:
        """Return the encoded hash, as Django's class of the same name."""
        data = _bcrypt(self.digest, password, salt)
        return f"{self.algorithm}${data}" if data else super().encode(password, salt)


class BCryptPasswordHasher(BCryptSHA256PasswordHasher, stock.BCryptPasswordHasher):
    """bcrypt of the password itself, whose 72 bytes limit is the installed bcrypt package's."""


#: Django's own classes, and those here that stand for them.
NATIVE: dict[Any, Any] = {
    stock.Argon2PasswordHasher: Argon2PasswordHasher,
    stock.BCryptPasswordHasher: BCryptPasswordHasher,
    stock.BCryptSHA256PasswordHasher: BCryptSHA256PasswordHasher,
    stock.PBKDF2PasswordHasher: PBKDF2PasswordHasher,
    stock.PBKDF2SHA1PasswordHasher: PBKDF2SHA1PasswordHasher,
    stock.ScryptPasswordHasher: ScryptPasswordHasher,
}


def _verify_with_the_native_one() -> None:
    """Let a class of this module verify where Django's own of the same algorithm follows it.

    Of two hashers of one algorithm in ``PASSWORD_HASHERS`` Django makes new hashes with the first
    and verifies with the last. Only Django's own classes give way: another one was put there for a
    reason.
    """
    listed = stock.get_hashers_by_algorithm
    natives = tuple(NATIVE.values())

    def get_hashers_by_algorithm() -> dict[str, Any]:
        by_algorithm: dict[str, Any] = dict(listed())
        for hasher in reversed(stock.get_hashers()):
            algorithm = str(hasher.algorithm)
            if isinstance(hasher, natives) and type(by_algorithm[algorithm]) in NATIVE:
                by_algorithm[algorithm] = hasher
        return by_algorithm

    # Django forgets its hashers by this name when the setting changes.
    get_hashers_by_algorithm.cache_clear = listed.cache_clear  # type: ignore[attr-defined]
    stock.get_hashers_by_algorithm = get_hashers_by_algorithm


_verify_with_the_native_one()


def _bcrypt(digest: Any, password: Any, salt: Any) -> str | None:
    """bcrypt's own encoded form; ``None`` for what the installed package should look at.

    Package versions differ on passwords over 72 bytes and with NULs, and on old prefixes.
    """
    if not isinstance(password, str) or not isinstance(salt, bytes):
        return None
    secret = password.encode()
    if digest is not None:
        secret = binascii.hexlify(digest(secret).digest())
    parts = _BCRYPT.fullmatch(salt)
    if parts is None or b"\0" in secret or len(secret) > 72:
        return None
    prefix, cost, salt_text = (parts[1].decode(), int(parts[2]), parts[3].decode())
    checksum = hashing.bcrypt(cost, salt_text, secret)
    return None if checksum is None else f"{prefix}{salt_text}{checksum}"


def _argon2(
    variety: str,
    version: int,
    cost: tuple[int, int, int],
    password: Any,
    salt: bytes,
    length: int,
) -> bytes | None:
    if max(cost) > _MAX_UNSIGNED or len(salt) < 8 or not 4 <= length <= _MAX_INT:
        return None
    secret = password if isinstance(password, bytes) else password.encode()
    return hashing.argon2(variety, version, cost, secret, salt, length, hashing_limits())


def _is_canonical(parts: re.Match[str]) -> bool:
    """Whether numbers and base64 are spelled the one way that libargon2 takes."""
    numbers = (parts[name] for name in ("version", "memory", "passes", "lanes"))
    texts = (parts["salt"], parts["tag"])
    return all(number is None or str(int(number)) == number for number in numbers) and all(
        len(text) % 4 != 1 and _base64(_unpadded(text)).rstrip("=") == text for text in texts
    )


def _check_encode_args(hasher: Any, password: Any, salt: Any) -> None:
    """Django's own check, which its type stubs do not know."""
    hasher._check_encode_args(password, salt)


def _refuse(algorithm: str | None) -> bool:
    """A stored hash that nobody can compute matches no password."""
    logger.warning("A stored %s hash asks for more than any hash gets: refused.", algorithm)
    return False


def _base64(data: bytes | None) -> str:
    return base64.b64encode(data or b"").decode("ascii")


def _unpadded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
