"""Passwords without any setting of Django: its formats, in a process that has none."""

import asyncio
import subprocess
import sys

import pytest

from django_rustaccel import hashers
from django_rustaccel.passwords import (
    HASHERS,
    ahash_password,
    averify_password,
    hash_password,
    verify_password,
)


@pytest.fixture(autouse=True)
def low_costs(monkeypatch):
    for algorithm, hasher in HASHERS.items():
        monkeypatch.setitem(HASHERS, algorithm, cheap_class(hasher))


def cheap_class(hasher):
    costs = {"iterations": 2, "time_cost": 1, "memory_cost": 64, "work_factor": 16, "rounds": 4}
    return type(hasher.__name__, (hasher,), {k: v for k, v in costs.items() if hasattr(hasher, k)})


@pytest.mark.parametrize("algorithm", HASHERS)
def test_hashes_are_djangos(algorithm):
    encoded = hash_password("correct horse", algorithm)
    theirs = next(cls for cls in hashers.NATIVE if cls.algorithm == algorithm)
    assert theirs().verify("correct horse", encoded)
    assert verify_password("correct horse", encoded)
    assert not verify_password("wrong horse", encoded)
    assert hash_password("correct horse", algorithm) != encoded


def test_on_an_event_loop():
    async def run():
        encoded = await ahash_password("correct horse")
        return await averify_password("correct horse", encoded), await averify_password(
            "x", encoded
        )

    assert asyncio.run(run()) == (True, False)


@pytest.mark.parametrize("encoded", ["", "!", "md5$x$y", "unusable"])
def test_what_is_no_hash_is_no_password(encoded):
    assert not verify_password("", encoded)


@pytest.mark.parametrize("encoded", ["pbkdf2_sha256$", "scrypt$a$b", "pbkdf2_sha256$x$y$z"])
def test_damaged_hashes(encoded):
    with pytest.raises(ValueError):  # noqa: PT011 - Django's own words
        verify_password("", encoded)


def test_unknown_algorithms():
    with pytest.raises(ValueError, match="argon2, bcrypt"):
        hash_password("x", "md5")


WITHOUT_SETTINGS = """
import asyncio
from django_rustaccel.passwords import averify_password, hash_password
for algorithm in ("argon2", "scrypt", "pbkdf2_sha256"):
    encoded = hash_password("correct horse", algorithm)
    assert asyncio.run(averify_password("correct horse", encoded))
from django.conf import settings
assert not settings.configured
print("done")
"""


def test_a_process_without_settings(monkeypatch):
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    command = [sys.executable, "-c", WITHOUT_SETTINGS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
