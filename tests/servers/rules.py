"""The limit that the tests of real servers put up."""

from typing import Any

from limiting.storages import unique

#: Of a day: what comes back while a test runs is less than one call.
LIMIT = 150
LIMITED = "/limited/"


def limit(storage: str, **options: Any) -> dict[str, Any]:
    """Settings of one limit for everybody on one path, with keys of its own."""
    rule = {"RATE": f"{LIMIT}/d", "KEY": "ip", "SCOPE": unique(), "PATHS": [LIMITED]}
    return {"RATE_LIMIT": {"STORAGE": storage, **rule, **options}}
