"""The same API on PostgreSQL, by ``DATABASE_URL``."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest, TestCase
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parents[2]
SERVER = os.environ.get("RUSTACCEL_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/rustaccel")
URL = urlsplit(SERVER)
SUBJECTS = [f"shop.tests.test_{name}" for name in ("catalogue", "orders", "reviews", "exports")]
SECONDS = 250


def need_server() -> None:
    """Skip without PostgreSQL; fail in CI."""
    address = URL.hostname or "127.0.0.1", URL.port or 5432
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError as error:
        reason = f"no PostgreSQL at {address[0]}:{address[1]} ({error})"
        if os.environ.get("CI", "").lower() == "true":
            raise AssertionError(reason) from error
        raise SkipTest(reason) from error


class PostgresTests(TestCase):
    def test_the_api(self) -> None:
        need_server()
        # A database of its own, so that this runs beside other tests on the server.
        database = URL._replace(path=f"{URL.path}_shop").geturl()
        ran = subprocess.run(
            [sys.executable, "manage.py", "test", "--noinput", *SUBJECTS],
            cwd=PROJECT,
            env=os.environ | {"DATABASE_URL": database},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        assert "OK" in ran.stderr
