"""The keys of the dicts within ``RUSTACCEL``, as what is made of them takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from django_rustaccel.conf import HASHING


class Keys(NamedTuple):
    """What a dict may hold: names, and below some of them further dicts."""

    names: frozenset[str]
    below: Mapping[str, Keys] = {}


class Unknown(NamedTuple):
    """A key that means nothing: where it stands, and what is most likely meant."""

    where: str
    key: Any
    hint: str


def unknown_keys(name: str, value: Any) -> list[Unknown]:
    """The keys within one setting that mean nothing."""
    make = _KNOWN.get(name)
    return list(_unknown(make(), value, f"[{name!r}]")) if make else []


def suggestion(key: Any, known: Any) -> str:
    """The known key that is most like this one, or all of them."""
    close = get_close_matches(str(key).upper(), known, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(known))}."


def _unknown(keys: Keys, value: Any, where: str) -> Iterator[Unknown]:
    if not isinstance(value, Mapping):
        return
    for key, each in value.items():
        name = str(key).upper()
        if name not in keys.names:
            yield Unknown(where, key, suggestion(key, keys.names))
        for inner in _dicts(each) if name in keys.below else ():
            yield from _unknown(keys.below[name], inner, f"{where}[{key!r}]")


def _dicts(value: Any) -> list[Any]:
    """The rules of a list, or the routes of a dict."""
    if isinstance(value, Mapping):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []


def _hashing() -> Keys:
    return Keys(frozenset(HASHING))


def _compression() -> Keys:
    from django_rustaccel.core.policies.compression import CompressionPolicy

    return Keys(_parameters(CompressionPolicy))


def _timing() -> Keys:
    from django_rustaccel.core.policies.timing import TimingPolicy

    return Keys(_parameters(TimingPolicy) - {"START_METER"})  # the middleware's own


def _webhooks() -> Keys:
    from django_rustaccel.webhooks import WebhookVerifier, webhook_policy

    route = Keys(_parameters(WebhookVerifier) | {"MAX_BODY"})
    return Keys(_parameters(webhook_policy), {"ROUTES": route})


def _rate_limit() -> Keys:
    from django_rustaccel.core.policies.rate_limit import SHARED, Rule, Shared

    own = (_parameters(Shared.rule) | _parameters(Rule)) - {
        "SELF", "NUMBER", "LIMITER", "HEADERS", "WHICH"
    }  # fmt: skip
    return Keys(own | {name.upper() for name in SHARED} | {"RULES"}, {"RULES": Keys(own)})


def _parameters(made: Callable[..., Any]) -> frozenset[str]:
    return frozenset(name.upper() for name in inspect.signature(made).parameters)


_KNOWN: dict[str, Callable[[], Keys]] = {
    "HASHING": _hashing,
    "COMPRESSION": _compression,
    "TIMING": _timing,
    "WEBHOOKS": _webhooks,
    "RATE_LIMIT": _rate_limit,
}
