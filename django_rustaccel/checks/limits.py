"""System checks of the rate limit: whether it counts those whom it is meant to count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, register

from django_rustaccel.checks.messages import TAG, warning
from django_rustaccel.checks.processes import limits_views
from django_rustaccel.checks.project import RATE_LIMIT, middleware_position, rate_limit_rules
from django_rustaccel.conf import NAME, settings

_LOGIN = "django.contrib.auth.middleware.AuthenticationMiddleware"
_USERS = ("user", "user_or_ip")
_ADDRESSES = ("ip", "user_or_ip")
_PROXY_SETTINGS = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")


@register(TAG)
def check_users(**kwargs: Any) -> list[CheckMessage]:
    """A limit for each user stands where users are known."""
    return list(_without_users())


def _without_users() -> Iterator[CheckMessage]:
    limit = middleware_position(RATE_LIMIT)
    keys = {rule.get("key", "user_or_ip") for rule in rate_limit_rules()}
    if limit is None or keys.isdisjoint(_USERS):
        return
    login = middleware_position(_LOGIN)
    if login is not None and limit < login:
        message = "RateLimitMiddleware stands above AuthenticationMiddleware: it knows no users."
        hint = "Move it below in MIDDLEWARE; until then its limits count addresses, or nobody."
        yield warning(4, message, hint)
    elif login is None and "user" in keys:
        message = f"{NAME}['RATE_LIMIT'] counts by \"user\", and nobody tells who that is."
        hint = (
            "AuthenticationMiddleware is not in MIDDLEWARE. Users whom Django REST framework"
            " authenticates are limited by its throttles, or by a key of your own."
        )
        yield warning(4, message, hint)


@register(TAG, deploy=True)
def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Behind a proxy, the address of the client is not the proxy's."""
    behind = next((name for name in _PROXY_SETTINGS if getattr(django_settings, name)), None)
    if behind is None or settings.rate_limit.get("TRUSTED_PROXIES"):
        return []
    counts = any(rule.get("key", "user_or_ip") in _ADDRESSES for rule in rate_limit_rules())
    if not (counts or limits_views()):
        return []
    message = f"{behind} says that there is a proxy, and {NAME}['RATE_LIMIT'] trusts none."
    hint = (
        "All clients would count as one, the proxy: name it in TRUSTED_PROXIES. Where the server"
        " puts the client's address into REMOTE_ADDR, as uvicorn does, silence this check."
    )
    return [warning(10, message, hint)]
