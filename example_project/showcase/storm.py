"""Many people log in at the same moment: what that takes with Django's hasher and with ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from showcase.storm_child import PASSWORD

CHILD = "showcase.storm_child"
PROJECT = Path(__file__).resolve().parent.parent
SECONDS = 120
#: Sixteen logins of Argon2 by Django's class take 1.6 GiB.
LOGINS = (2, 4, 8, 16)
#: The name of the class in both packages.
HASHERS = {"argon2": "Argon2PasswordHasher", "pbkdf2": "PBKDF2PasswordHasher"}
TITLES = {"argon2": "Argon2", "pbkdf2": "PBKDF2"}
MODULES = {"stock": "django.contrib.auth.hashers", "accelerated": "django_rustaccel.hashers"}


class StormError(Exception):
    """The logins could not be measured; the text says why."""


@dataclass(frozen=True)
class Weather:
    """Seconds until the last login and half of them were through; bytes, where they are known."""

    seconds: float
    median: float
    memory: int | None


@dataclass(frozen=True)
class Bar:
    """One side as the page draws it: its lengths are percentages of the longest."""

    name: str
    weather: Weather
    seconds: float
    memory: float


@dataclass(frozen=True)
class Storm:
    algorithm: str
    logins: int
    stock: Weather
    accelerated: Weather

    @property
    def title(self) -> str:
        return TITLES[self.algorithm]

    @property
    def ratio(self) -> float:
        """How many times as fast."""
        return self.stock.seconds / self.accelerated.seconds

    @property
    def bars(self) -> list[Bar]:
        """Both sides, each measure on one scale."""
        sides = {"Django": self.stock, "Accelerated": self.accelerated}
        longest = max(side.seconds for side in sides.values())
        most = max(side.memory or 0 for side in sides.values()) or 1
        return [
            Bar(name, side, 100 * side.seconds / longest, 100 * (side.memory or 0) / most)
            for name, side in sides.items()
        ]

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}


def storm(algorithm: str, logins: int) -> Storm:
    """So many logins at once, by Django's class and then by ours, against the same hash.

    Raises ``StormError`` where a library is missing or a process fails.
    """
    name = HASHERS[algorithm]
    hasher = import_string(f"{MODULES['stock']}.{name}")()
    try:
        encoded = hasher.encode(PASSWORD, hasher.salt())
    except ValueError as error:  # Django's word for a missing library
        raise StormError(str(error)) from error
    sides = {side: _run(f"{module}.{name}", encoded, logins) for side, module in MODULES.items()}
    return Storm(algorithm, logins, **sides)


def _run(hasher: str, encoded: str, logins: int) -> Weather:
    command = [sys.executable, "-m", CHILD, hasher, encoded, str(logins)]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command,
            cwd=PROJECT,  # where `-m` looks first: not in the checkout, which has no extension
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise StormError(f"{logins} logins took more than {SECONDS} seconds.") from error
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise StormError(f"The logins failed: {lines[-1]}")
    return Weather(**json.loads(done.stdout))
