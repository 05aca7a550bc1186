"""docs/settings.md has every key of `RUSTACCEL`, with the default that the code has."""

import ast
import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from django_rustaccel.conf import HASHING, SETTINGS
from django_rustaccel.core.policies.compression import LEVELS, CompressionPolicy
from django_rustaccel.core.policies.rate_limit import RateLimitPolicy, Rule, Shared
from django_rustaccel.core.policies.timing import TimingPolicy
from django_rustaccel.webhooks import webhook_policy
from docs.pages import DOCS
from docs.tables import rows

#: Parameters that are made of settings, or by a middleware: nobody sets them.
INNER = {"self", "number", "limiter", "headers", "start_meter", "which", "options"}


def defaults(*makers: Callable[..., Any], inner: set[str] = INNER) -> dict[str, Any]:
    parameters = {}
    for maker in makers:
        parameters |= inspect.signature(maker).parameters
    return {name.upper(): each.default for name, each in parameters.items() if name not in inner}


TABLES = {
    "key": {name: setting.default for name, setting in SETTINGS.items()},
    "`HASHING`": HASHING,
    "`COMPRESSION`": defaults(CompressionPolicy),
    "`TIMING`": defaults(TimingPolicy),
    "`WEBHOOKS`": defaults(webhook_policy),
    "`RATE_LIMIT`": defaults(RateLimitPolicy, Shared, inner=INNER - {"headers"}),
    "rule": defaults(Rule, Shared.rule),
}
#: Defaults that are described, because they are long or there is none.
DESCRIBED = {"CONTENT_TYPES", "BUCKETS", "RATE"}


@pytest.mark.parametrize("head", TABLES)
def test_table(head: str) -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows(DOCS / "settings.md", head)}
    assert told.keys() == TABLES[head].keys()
    for key in told.keys() - DESCRIBED:
        literal = re.match("`(.+?)`", told[key])
        assert literal, key
        assert ast.literal_eval(literal[1]) == as_written(TABLES[head][key]), key


def as_written(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def test_types_and_meanings() -> None:
    for head in TABLES:
        for cells in rows(DOCS / "settings.md", head):
            assert cells[2], cells
            assert cells[3] or cells[0] == "`ALGORITHM`", cells


def test_levels_are_those_of_the_code() -> None:
    (cell,) = [c[1] for c in rows(DOCS / "settings.md", "`COMPRESSION`") if c[0] == "`LEVELS`"]
    assert ast.literal_eval(re.findall("`(.+?)`", cell)[1]) == LEVELS
