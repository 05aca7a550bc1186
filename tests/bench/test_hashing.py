"""Passwords: Django's classes and ours verify the same stored hash at Django's own costs."""

import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth import hashers as stock
from pytest_benchmark.fixture import BenchmarkFixture

from bench.race import Work, race
from django_rustaccel import hashers as ours

SECRET = "correct horse battery staple"
AT_ONCE = 32
GOALS = {
    "PBKDF2PasswordHasher": ("PBKDF2-SHA256 verify", 2.8),
    "PBKDF2SHA1PasswordHasher": ("PBKDF2-SHA1 verify", 2.6),
    "Argon2PasswordHasher": ("Argon2id verify", 2),
    "ScryptPasswordHasher": ("scrypt verify", 1.5),
    "BCryptSHA256PasswordHasher": ("bcrypt-SHA256 verify", 0.95),
}


def verifying(hasher: Any, encoded: str) -> Work:
    def verify() -> bytes:
        assert hasher.verify(SECRET, encoded)
        return encoded.encode()

    return verify


@pytest.mark.parametrize("name", GOALS)
def test_verify(name: str, benchmark: BenchmarkFixture) -> None:
    theirs, native = getattr(stock, name)(), getattr(ours, name)()
    encoded = theirs.encode(SECRET, "s" * 22 if "BCrypt" not in name else theirs.salt())
    title, goal = GOALS[name]
    race(
        benchmark,
        verifying(native, encoded),
        stock=verifying(theirs, encoded),
        title=title,
        goal=goal,
    )


def many(module: Any) -> bytes:
    """So many checks at once, each in a thread of its own, as a threaded server makes them."""
    hasher = module.Argon2PasswordHasher()
    encoded = stock.Argon2PasswordHasher().encode(SECRET, "s" * 22)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda _: hasher.verify(SECRET, encoded), range(AT_ONCE)))
    assert all(answers)
    return bytes(answers)


PEAK = """
import django
from django.conf import settings
settings.configure()
django.setup()
from bench.test_hashing import many
from {module} import hashers

def most():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

before = most()
many(hashers)
print(most() - before)
"""


def peak(module: str) -> float:
    """The most memory that the checks add to a process of their own, in MiB; of three runs."""
    tests = os.path.dirname(os.path.dirname(__file__))
    run = [sys.executable, "-c", PEAK.format(module=module)]
    environment = os.environ | {"PYTHONPATH": tests}
    outputs = [subprocess.check_output(run, env=environment, text=True) for _ in range(3)]
    return statistics.median(int(output) for output in outputs) / 1024


def test_many_at_once(benchmark: BenchmarkFixture) -> None:
    theirs, native = peak("django.contrib.auth"), peak("django_rustaccel")  # from Linux's /proc
    race(
        benchmark,
        lambda: many(ours),
        stock=lambda: many(stock),
        title=f"{AT_ONCE} Argon2id verifies at once",
        goal=1.8,
        note=f"peak memory {theirs:,.0f} MiB, ours {native:,.0f} MiB"
        f" (1/{theirs / native:.1f}; goal 1/8).",
    )
